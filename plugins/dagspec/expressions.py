"""`${var.NAME}` and `${env.NAME}`: resolved when a spec is compiled.

Only these two prefixes are ours: `${HOME}` in a shell text and `{{ … }}` stay as they are.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from dagspec.environment import Environment
from dagspec.lazy import lazily
from dagspec.problem import KeyPath, Problem, suggest
from dagspec.source import Source

REFERENCE = lazily(r"\$\{(var|env)\.([^}\s$\{]*)\}")
# a shell name has no dot, so "${vars.x}" is a slip of the pen rather than shell text
_LOOKS_LIKE = lazily(r"\$\{[ ]{0,3}([A-Za-z]{1,20})[ ]{0,3}\.([^}$\{\n]{0,200})\}")
MAX_EXPANDED = 200_000  # characters that references may add to a spec
MAX_CHAIN = 50
_MISSPELT = ("vars", "variable", "variables", "envs", "environment", "var", "env")


def has_reference(value: Any) -> bool:
    """Whether a reference is left in a value: one that could not be resolved."""
    if isinstance(value, dict):
        return any(has_reference(inner) for inner in value.values())
    if isinstance(value, list):
        return any(has_reference(inner) for inner in value)
    return isinstance(value, str) and REFERENCE.search(value) is not None


def _is_misspelt(prefix: str) -> bool:
    from difflib import get_close_matches

    return bool(get_close_matches(prefix, _MISSPELT, cutoff=0.8))


def _size(value: Any) -> int:
    """How much a value adds where it is inserted: characters of texts, one for each other value."""
    if isinstance(value, dict):
        return 1 + sum(len(str(key)) + _size(inner) for key, inner in value.items())
    if isinstance(value, list):
        return 1 + sum(map(_size, value))
    return len(value) if isinstance(value, str) else 1


class Resolver(Struct):
    """Replaces references in values and notes what is wrong in `problems`."""

    source: Source
    environment: Environment
    variables: dict[str, Any]
    problems: list[Problem] = []
    _resolving: list[str] = []
    _circles: set[frozenset[str]] = set()
    _known: dict[str, Any] = {}
    _left: int = MAX_EXPANDED

    def resolve(self, value: Any, path: KeyPath) -> Any:
        """`value` with its references replaced; a text that is one reference takes the type of what it names."""
        if isinstance(value, dict):
            return {key: self.resolve(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.resolve(inner, (*path, index)) for index, inner in enumerate(value)]
        if isinstance(value, str) and "${" in value:
            return self._text(value, path)
        return value

    def _text(self, text: str, path: KeyPath) -> Any:
        self._check_spelling(text, path)
        whole = REFERENCE.fullmatch(text)
        if whole:
            return self._named(whole, path)
        return REFERENCE.sub(lambda match: self._inserted(match, path), text)

    def _inserted(self, match: re.Match[str], path: KeyPath) -> str:
        value = self._named(match, path)
        self._left -= len(value) if isinstance(value, str) else 1
        if isinstance(value, (dict, list)):
            message = f"{match[0]} is not a single value and cannot stand inside a text"
            self._add("wrong-reference", message, path, match[0])
        if isinstance(value, bool):
            return str(value).lower()
        return "" if value is None else str(value)

    def _named(self, match: re.Match[str], path: KeyPath) -> Any:
        kind, name = match[1], match[2]
        if kind == "env":
            return self._of_environment(name, path, match[0])
        if name not in self.variables:
            help_ = suggest(name, self.variables) or 'add it under "vars"'
            self._add("unknown-variable", f'no variable "{name}" in "vars"', path, match[0], help_)
            return match[0]
        if self._left < 0 or len(self._resolving) > MAX_CHAIN:
            self._add_once("spec-too-large", "the variables of this spec stand for too much text", path, match[0])
            return match[0]
        if name in self._resolving:
            self._add_circle(self._resolving[self._resolving.index(name) :], path, match[0])
            return match[0]
        if name not in self._known:
            found = self._variable(name)
            if self._resolving:  # part of a circle, perhaps: only the outermost is sure
                return found
            self._known[name] = found
        self._left -= _size(self._known[name])
        return self._known[name]

    def _variable(self, name: str) -> Any:
        self._resolving.append(name)
        before = len(self.problems)
        try:
            return self.resolve(self.variables[name], ("vars", name))
        finally:
            self._resolving.pop()
            # the variable's own problems are reported once, where it is defined
            self.problems[before:] = [new for new in self.problems[before:] if new not in self.problems[:before]]

    def _of_environment(self, name: str, path: KeyPath, text: str) -> Any:
        values = self.environment.values
        if name in values:
            return values[name]
        # all that lack it, so that a check of every environment finds one problem and not one for each
        lacking = self.environment.lacking(name)
        message = f'no value "{name}" in environment {", ".join(lacking)}'
        help_ = suggest(name, values) or f"add it to {self.environment.source.name}"
        self._add("unknown-variable", message, path, text, help_)
        return text

    def _add_circle(self, names: list[str], path: KeyPath, needle: str) -> None:
        if frozenset(names) not in self._circles:  # every variable of a circle leads to it: tell it once
            self._circles.add(frozenset(names))
            circle = " -> ".join([*names, names[0]])
            self._add("variable-cycle", f"variables refer to each other in a circle: {circle}", path, needle)

    def _add_once(self, rule: str, message: str, path: KeyPath, needle: str) -> None:
        if not any(problem.rule == rule for problem in self.problems):
            self._add(rule, message, path, needle)

    def _check_spelling(self, text: str, path: KeyPath) -> None:
        for match in _LOOKS_LIKE.finditer(text):
            if REFERENCE.fullmatch(match[0]) or not _is_misspelt(match[1]):
                continue
            right = f"${{{'env' if match[1].startswith('e') else 'var'}.{match[2]}}}"
            self._add("unknown-variable", f"{match[0]} is no reference", path, match[0], f'did you mean "{right}"?')

    def _add(self, rule: str, message: str, path: KeyPath, needle: str, help_: str = "") -> None:
        self.problems.append(Problem(rule, message, self.source.place(path, needle=needle), help_))
