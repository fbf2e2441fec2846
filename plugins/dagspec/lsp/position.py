"""Offsets in a text as `Source` has it ↔ positions as the protocol counts them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

from lsprotocol.types import Position, Range

from dagspec.problem import Span

BOM = "\ufeff"
_BREAK = re.compile("\r\n|\r")


def _utf16(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _utf8(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


# the protocol counts in UTF-16 unless editor and server agree on something else
_UNITS: dict[str, Callable[[str], int]] = {"utf-8": _utf8, "utf-16": _utf16, "utf-32": len}


class Lines:
    """The lines of one text. Offsets count as in a `Source`: without a byte order mark, each line end one character."""

    def __init__(self, raw: str, encoding: str = "utf-16") -> None:
        self._text = _BREAK.sub("\n", raw)
        self._shift = len(BOM) if raw.startswith(BOM) else 0
        self._units = _UNITS[encoding]
        self._starts = [0, *(match.end() for match in re.finditer("\n", self._text))]

    def position(self, offset: int) -> Position:
        """The position of an offset; one behind the text is its end."""
        at = min(max(0, offset + self._shift), len(self._text))
        line = bisect_right(self._starts, at) - 1
        return Position(line, self._units(self._text[self._starts[line] : at]))

    def offset(self, position: Position) -> int:
        """The offset of a position; one behind the end of its line is that end."""
        if position.line >= len(self._starts):
            return len(self._text) - self._shift
        start = self._starts[position.line]
        units = 0
        for index, character in enumerate(self._line(position.line)):
            if units >= position.character:
                return max(0, start + index - self._shift)
            units += self._units(character)
        return max(0, start + len(self._line(position.line)) - self._shift)

    def range(self, start: int, end: int) -> Range:
        """The range between two offsets."""
        return Range(self.position(start), self.position(end))

    def of_span(self, span: Span) -> Range:
        """The range of a span, whose columns count characters."""
        return self.range(self._index(span.line, span.column), self._index(span.end_line, span.end_column))

    def _index(self, line: int, column: int) -> int:
        first = self._shift if line == 1 else 0  # columns do not count a byte order mark
        return self._starts[min(line, len(self._starts)) - 1] + first + column - 1 - self._shift

    def _line(self, line: int) -> str:
        end = self._starts[line + 1] - 1 if line + 1 < len(self._starts) else len(self._text)
        return self._text[self._starts[line] : end]
