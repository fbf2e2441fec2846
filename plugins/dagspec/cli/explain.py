"""`dagspec explain`: what a rule finds and why."""

from __future__ import annotations

import argparse
from typing import Any

from dagspec.cli.common import UsageError, add_command

EXAMPLE = """\
  dagspec explain unknown-upstream"""


def add(commands: Any) -> None:
    """Add the command."""
    command = add_command(commands, "explain", "Explain a rule of lint, with a bad and a good example.", EXAMPLE, run)
    command.add_argument("rule", metavar="RULE", help="the name in the brackets of a finding")


def run(options: argparse.Namespace) -> int:
    """Print the rule's documentation."""
    from dagspec.problem import suggest
    from dagspec.rule import all_rules, document
    from dagspec.rule_docs import explanation

    rules = all_rules()
    if options.rule not in rules:
        help_ = suggest(options.rule, rules, "run `dagspec rules` for all of them")
        raise UsageError(f'no rule "{options.rule}"' + (f"; {help_}" if help_ else ""))
    print(explanation(document(rules[options.rule])))
    return 0
