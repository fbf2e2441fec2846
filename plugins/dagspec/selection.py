"""Which rules a lint tells of: `--select` and `--ignore` name rules or tags."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from dagspec.problem import suggest
from dagspec.rule_index import known_rules


class SelectionError(ValueError):
    """A selection that names what there is not; the message is one line for the user."""


class Choice(Struct, frozen=True):
    """The rules that are told. selected: None means all. named: those that were selected by their own name."""

    selected: frozenset[str] | None = None
    ignored: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()

    def has(self, rule: str) -> bool:
        """Whether the user wants to know of this rule."""
        return rule not in self.ignored and (self.selected is None or rule in self.selected)

    def names(self) -> list[str]:
        """Their names, in order."""
        return [name for name in known_rules() if self.has(name)]


def choose(select: Iterable[str], ignore: Iterable[str]) -> Choice:
    """The choice that these names of rules and tags make. Raises SelectionError.

    What stops a spec from loading is always told, so it cannot be ignored by name; a tag ignores the rest of a family.
    """
    wanted, unwanted = list(select), list(ignore)
    selected = frozenset(name for text in wanted for name in _rules(text))
    ignored = frozenset(name for text in unwanted for name in _rules(text))
    rules = known_rules()
    for text in unwanted:
        if text in rules and rules[text].stops_loading:
            raise SelectionError(f'"{text}" cannot be ignored: Airflow would not load the spec')
    kept = frozenset(name for name in ignored if not rules[name].stops_loading)
    return Choice(selected if wanted else None, kept, frozenset(wanted) & frozenset(rules))


def _rules(text: str) -> set[str]:
    rules = known_rules()
    if text in rules:
        return {text}
    tagged = {name for name, rule in rules.items() if text in rule.tags}
    if not tagged:
        tags = {tag for rule in rules.values() for tag in rule.tags}
        help_ = suggest(text, {*rules, *tags}, "run `dagspec rules` for all of them")
        raise SelectionError(f'no rule or tag "{text}"' + (f"; {help_}" if help_ else ""))
    return tagged
