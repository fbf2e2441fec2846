"""The facts of any operator, shared or native."""

from __future__ import annotations

from typing import Any

import msgspec

from dagspec.catalog import is_native, shared_operator
from dagspec.facts import Facts
from dagspec.native_catalog import native, native_catalog
from dagspec.tables import table


class Case(msgspec.Struct, frozen=True):
    """Facts that hold when a task's arguments have these values."""

    arguments: dict[str, Any]
    facts: dict[str, Any]


class NativeFacts(msgspec.Struct, frozen=True):
    """What the table says of one native operator: its facts, and those that depend on arguments."""

    facts: dict[str, Any]
    when: tuple[Case, ...] = ()


def facts_of(operator: str, arguments: dict[str, Any]) -> Facts:
    """The facts of an operator as a task uses it; empty facts for one that is not known."""
    if is_native(operator):
        return _native_facts(operator, arguments)
    kind = shared_operator(operator)
    return kind.facts_with(arguments) if kind else Facts()


class _Table(msgspec.Struct, frozen=True):
    operators: dict[str, NativeFacts]


def native_facts() -> dict[str, NativeFacts]:
    """The table of hand-written facts. ValidationError of msgspec when it is malformed."""
    return table("native_facts", _Table).operators


def _native_facts(operator: str, arguments: dict[str, Any]) -> Facts:
    operator = native_catalog().aliases.get(operator, operator)
    found = _from_catalog(operator)
    entry = native_facts().get(operator)
    if entry:
        found |= entry.facts
        for case in entry.when:
            if all(arguments.get(key) == value for key, value in case.arguments.items()):
                found |= case.facts
    return msgspec.convert(found, Facts)


def _from_catalog(operator: str) -> dict[str, Any]:
    known = native(operator)
    if known is None:
        return {}
    return {
        "sensor": known.sensor,
        "branches": known.branches,
        "deferrable": known.deferrable,
        "template_fields": known.template_fields,
        "timeout": ["timeout"] if known.sensor else [],
    }
