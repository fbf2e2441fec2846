"""`dagspec render`: the compiled config."""

from __future__ import annotations

import argparse
from typing import Any

from dagspec.cli.common import add_command, add_environment, compiled

EXAMPLE = """\
  dagspec render itunes_split
  dagspec render dag_specs/itunes_split.yaml --env prod"""


def add(commands: Any) -> None:
    """Add the command."""
    command = add_command(commands, "render", "Print the dag-factory config that a spec compiles to.", EXAMPLE, run)
    command.add_argument("spec", metavar="SPEC", help="a DAG id or a file")
    add_environment(command)


def run(options: argparse.Namespace) -> int:
    """Print YAML."""
    spec = compiled(options.spec, options.env)
    from dagspec.masking import masked
    from dagspec.render import render

    print(masked(render(spec), spec.source), end="")
    return 0
