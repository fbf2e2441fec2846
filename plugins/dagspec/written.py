"""From a text whose references are resolved back to the place where its characters are written."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from dagspec.environment import Environment
from dagspec.expressions import REFERENCE, Resolver
from dagspec.problem import KeyPath
from dagspec.source import Source

MAX_HOPS = 20  # variables that refer to each other in a circle are reported elsewhere


class Written(Struct, frozen=True):
    """Characters `start` up to `end` of the text at `path`, references not resolved."""

    path: KeyPath
    start: int
    end: int


class Origins:
    """Finds such places for the texts of one spec in one environment."""

    def __init__(self, source: Source, environment: Environment) -> None:
        self._source = source
        variables = source.value.get("vars") if isinstance(source.value, dict) else None
        self._resolver = Resolver(source, environment, variables if isinstance(variables, dict) else {})
        self._pieces: dict[str, list[_Piece]] = {}  # a long text may be asked for thousands of times

    def find(self, path: KeyPath, start: int, end: int) -> Written | None:
        """Where characters `start` up to `end` of the text that the value at `path` resolves to are in the file.

        None when they are not: they come from an environment, or from more than one place.
        """
        for _ in range(MAX_HOPS):
            path, raw = _origin(self._source, path)
            piece = self._piece(raw, start, end) if isinstance(raw, str) else None
            if piece is None:
                return None
            start, end = start - piece.start, end - piece.start
            if not piece.reference:
                return Written(path, piece.raw_start + start, piece.raw_start + end)
            if not piece.variable:
                return None
            path = ("vars", piece.variable)
        return None

    def _piece(self, raw: str, start: int, end: int) -> _Piece | None:
        if raw not in self._pieces:
            self._pieces[raw] = list(_pieces(raw, self._resolver))
        pieces = self._pieces[raw]
        piece = pieces[bisect_right(pieces, start, key=lambda one: one.start) - 1]
        return piece if piece.start <= start and end <= piece.end else None


def _origin(source: Source, path: KeyPath) -> tuple[KeyPath, Any]:
    """The path that a value is written at, and the value there: a whole reference stands for a variable's value."""
    for _ in range(MAX_HOPS):
        value, depth = _value_at(source.value, path)
        whole = REFERENCE.fullmatch(value) if isinstance(value, str) else None
        if whole is None or whole[1] != "var":
            return path, value if depth == len(path) else None
        path = ("vars", whole[2], *path[depth:])
    return path, None


def _value_at(value: Any, path: KeyPath) -> tuple[Any, int]:
    for depth, step in enumerate(path):
        in_mapping = isinstance(value, dict) and step in value
        in_list = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if not in_mapping and not in_list:
            return value, depth
        value = value[step]
    return value, len(path)


class _Piece(Struct, frozen=True):
    """A stretch of the resolved text: `reference` is what it stands for, or "" where it is written as it is."""

    start: int
    end: int
    raw_start: int
    reference: str = ""
    variable: str = ""


def _pieces(raw: str, resolver: Resolver) -> Iterator[_Piece]:
    at, raw_at = 0, 0
    for match in REFERENCE.finditer(raw):
        literal_end = at + match.start() - raw_at
        yield _Piece(at, literal_end, raw_at)
        # with a letter in front it is resolved as a part of a text is, not as a value
        at = literal_end + len(resolver.resolve("x" + match[0], ())) - 1
        yield _Piece(literal_end, at, match.start(), match[0], match[2] if match[1] == "var" else "")
        raw_at = match.end()
    yield _Piece(at, at + len(raw) - raw_at, raw_at)
