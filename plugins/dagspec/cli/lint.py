"""`dagspec lint`: check specs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dagspec.cli.common import SPECS, UsageError, add_command, find_root

EXAMPLE = """\
  dagspec lint                            all specs of dag_specs/, for every environment
  dagspec lint dag_specs/itunes_split.yaml
  dagspec lint --env prod"""


def add(commands: Any) -> None:
    """Add the command."""
    command = add_command(commands, "lint", "Check specs: keys, types, references, the graph.", EXAMPLE, run)
    command.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=f"specs or folders (default: {SPECS}/)")
    command.add_argument("--env", metavar="NAME", help="check for this environment only (default: all)")


def run(options: argparse.Namespace) -> int:
    """Print all problems; 1 when there are any."""
    from dagspec.lint import lint
    from dagspec.text import report

    root = find_root(options.paths[0] if options.paths else Path.cwd())
    result = lint(root, options.paths, options.env)
    if not result.files:
        where = ", ".join(str(path) for path in options.paths) or f"{SPECS}/"
        raise UsageError(f"no spec files under {where} (looked for *.yaml, *.yml)")
    if result.problems:
        print(report(result.problems), end="\n\n")
    print(result.summary())
    return 1 if result.problems else 0
