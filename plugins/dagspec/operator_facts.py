"""The facts of any operator, shared or native."""

from __future__ import annotations

from typing import Any

from dagspec.catalog import catalog, is_native
from dagspec.facts import Facts


def facts_of(operator: str, arguments: dict[str, Any]) -> Facts:  # noqa: ARG001 - some natives differ by arguments
    """The facts of an operator as a task uses it; empty facts for one that is not known."""
    if is_native(operator):
        return Facts()
    kind = catalog().get(operator)
    return kind.facts if kind else Facts()
