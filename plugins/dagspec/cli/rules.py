"""`dagspec rules`: what lint knows."""

from __future__ import annotations

import argparse
from typing import Any

from dagspec.cli.common import add_command

EXAMPLE = """\
  dagspec rules
  dagspec rules --format json
  dagspec rules --format markdown > docs/rules.md"""


def add(commands: Any) -> None:
    """Add the command."""
    command = add_command(commands, "rules", "List the rules of lint.", EXAMPLE, run)
    formats = ("text", "json", "markdown")
    command.add_argument("--format", choices=formats, default="text", metavar="FORMAT", help=", ".join(formats))


def run(options: argparse.Namespace) -> int:
    """Print the rules."""
    from dagspec.rule import all_rules, document
    from dagspec.rule_docs import FORMATS

    print(FORMATS[options.format]([document(rule) for rule in all_rules().values()]))
    return 0
