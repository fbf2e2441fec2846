"""`${var.NAME}` and `${env.NAME}` as an editor shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dagspec.environment import Environment
from dagspec.expressions import REFERENCE, Resolver, has_reference
from dagspec.lsp.scope import Scope
from dagspec.masking import masked
from dagspec.problem import shown
from dagspec.text import fenced


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference; `start` and `end` are where it is written, if it is."""

    kind: str
    name: str
    start: int = 0
    end: int = 0

    def __str__(self) -> str:
        return f"${{{self.kind}.{self.name}}}"


def reference_at(text: str, offset: int) -> Reference | None:
    """The reference that an offset touches."""
    start = text.rfind("\n", 0, offset) + 1
    line = re.compile(r"[^\n]*").match(text, start)
    for match in REFERENCE.finditer(line[0] if line else ""):
        if match.start() <= offset - start <= match.end():
            return Reference(match[1], match[2], start + match.start(), start + match.end())
    return None


def names(kind: str, scope: Scope) -> list[str]:
    """The names that may follow `${var.` or `${env.`, in the order of the file."""
    if kind == "var":
        return scope.outline.keys(("vars",))
    found = [name for environment in scope.environments.values() for name in environment.values]
    return list(dict.fromkeys(found))


def described(reference: Reference, scope: Scope) -> str:
    """The value of a reference in each environment, as Markdown; secrets are masked."""
    lines = [f"{name}: {_value(reference, scope, environment)}" for name, environment in scope.environments.items()]
    return fenced("\n".join(lines), "yaml") if lines else ""


def _value(reference: Reference, scope: Scope, environment: Environment) -> str:
    source = scope.document.source
    variables = scope.document.sound.get("vars")
    resolver = Resolver(source, environment, variables if isinstance(variables, dict) else {})
    value = resolver.resolve(str(reference), ())
    # shown first: a short secret is hidden only between quotes
    return "(not set)" if has_reference(value) else masked(shown(value), source, environment.source)
