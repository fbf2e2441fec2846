"""What is known of each rule before its module is imported, from `rules/index.json`, which `make docs` writes.

A lint imports the rules that it runs: those of the compiler have nothing to run, those of severity info seldom do.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dagspec.problem import Severity

if TYPE_CHECKING:
    from dagspec.rule import Rule

INDEX = Path(__file__).parent / "rules" / "index.json"


class KnownRule(msgspec.Struct, frozen=True):
    """One rule. path: its module and class. checks: whether it has something to run; the compiler reports the others.

    The rest is as in `Rule`.
    """

    path: tuple[str, str]
    severity: Severity
    tags: tuple[str, ...]
    stops_loading: bool
    checks: bool


@cache
def known_rules() -> dict[str, KnownRule]:
    """Every rule by its name, in order of the names."""
    return msgspec.json.decode(INDEX.read_bytes(), type=dict[str, KnownRule])


def runnable(names: Iterable[str]) -> list[Rule]:
    """Those rules of these names that have something to run."""
    return [_rule(*known_rules()[name].path) for name in names if known_rules()[name].checks]


def _rule(module: str, kind: str) -> Rule:
    found: Rule = getattr(import_module(module), kind)()
    return found


def index() -> str:
    """The index of the rules that there are, one on each line."""
    from dagspec.rule import all_rules

    entries = {name: msgspec.json.encode(_known(rule)).decode() for name, rule in all_rules().items()}
    return "{" + ",\n".join(f'"{name}":{entry}' for name, entry in entries.items()) + "}\n"


def _known(rule: Rule) -> KnownRule:
    from dagspec.rule import Rule

    kind = type(rule)
    checks = kind.check is not Rule.check or kind.check_source is not Rule.check_source
    return KnownRule((kind.__module__, kind.__name__), rule.severity, rule.tags, rule.stops_loading, checks)


if __name__ == "__main__":
    INDEX.write_text(index(), encoding="utf-8")
