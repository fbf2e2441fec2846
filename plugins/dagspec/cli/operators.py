"""`dagspec operators`: the catalogue."""

from __future__ import annotations

import argparse
from typing import Any

from dagspec.cli.common import UsageError, add_command

EXAMPLE = """\
  dagspec operators
  dagspec operators emr.transient_cluster"""


def add(commands: Any) -> None:
    """Add the command."""
    command = add_command(commands, "operators", "List the shared operators, or describe one.", EXAMPLE, run)
    command.add_argument("name", nargs="?", metavar="NAME", help="an operator's short name")


def run(options: argparse.Namespace) -> int:
    """Print the list, or one operator's options and example."""
    from dagspec.catalog import catalog
    from dagspec.describe import describe
    from dagspec.problem import suggest

    kinds = catalog()
    if options.name is None:
        width = max(len(name) for name in kinds)
        for name, kind in kinds.items():
            print(f"{name:{width}}  {(kind.__doc__ or '').partition(chr(10))[0]}")
        return 0
    if options.name not in kinds:
        help_ = suggest(options.name, kinds)
        raise UsageError(f'no operator "{options.name}"' + (f"; {help_}" if help_ else ""))
    print(describe(kinds[options.name]))
    return 0
