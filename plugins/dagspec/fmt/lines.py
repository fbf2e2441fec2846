"""Lines of a text, and how they move to another column."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from dagspec.fmt.tree import BLOCK_STYLES, Item, Node, indicators

INDENT = 2
DASH = re.compile(r"^- +")


class Lines:
    """The lines of a text, with the offsets at which they start. `fixed`: numbers of lines that end inside a text."""

    def __init__(self, text: str, root: Node) -> None:
        self.all = text.removesuffix("\n").split("\n")
        self.starts = [0]
        for line in self.all[:-1]:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.fixed = {number for node in root.walk() for number in self._inside(node)}

    def number(self, offset: int) -> int:
        """The line, counted from 0, that holds a character."""
        return bisect_right(self.starts, offset) - 1

    def column(self, offset: int) -> int:
        """The column of a character, counted from 0."""
        return offset - self.starts[self.number(offset)]

    def before(self, offset: int) -> str:
        """What stands before a character in its line."""
        number = self.number(offset)
        return self.all[number][: offset - self.starts[number]]

    def rest(self, offset: int) -> str:
        """A line from a character on."""
        number = self.number(offset)
        return self.all[number][offset - self.starts[number] :]

    def leaf(self, item: Item) -> list[str]:
        """An entry whose value is not taken apart, as if it stood in column 0."""
        value, first = item.value, self.number(item.start)
        last, value_line = self.number(value.end), self.number(value.start)
        if value.style in BLOCK_STYLES and value_line == first and not _has_digit(self.all[first]):
            return [self._head(item.start), *_dedented(self.all[first + 1 : last + 1])]
        delta, least = -self.column(item.start), 0
        if value_line > first and value.style not in BLOCK_STYLES and not item.has_question:
            delta, least = INDENT - indent(self.all[value_line]), INDENT
        moved = [self._moved(number, delta, least) for number in range(first + 1, last + 1)]
        return [self._head(item.start), *moved]

    def _head(self, start: int) -> str:
        head = DASH.sub("- ", self.rest(start))
        return head if self.number(start) in self.fixed else head.rstrip()

    def _moved(self, number: int, delta: int, least: int) -> str:
        line = self.all[number]
        moved = " " * max(least if line.strip() else 0, indent(line) + delta) + line.lstrip(" ")
        return moved if number in self.fixed else moved.rstrip()

    def _inside(self, node: Node) -> Iterable[int]:
        if node.style is None:
            return ()
        first, last = self.number(node.start), self.number(node.end)
        return range(first + 1, last + 1) if node.style in BLOCK_STYLES else range(first, last)


def indent(line: str) -> int:
    """How many spaces a line begins with."""
    return len(line) - len(line.lstrip(" "))


def indented(lines: Iterable[str]) -> list[str]:
    """One level deeper; empty lines stay empty."""
    return [" " * INDENT + line if line else "" for line in lines]


def is_blank(line: str) -> bool:
    """Whether a line shows nothing."""
    return not line.strip()


def is_comment(line: str) -> bool:
    """Whether a line holds nothing but a comment, or nothing at all."""
    return not line.strip() or line.lstrip().startswith("#")


def tidy(lines: Iterable[str]) -> list[str]:
    """Comment lines in column 0, without blank lines in front or in a row; one at the end is kept."""
    result: list[str] = []
    for line in (line.strip() for line in lines):
        if line or (result and result[-1]):
            result.append(line)
    return result


def without_end(lines: list[str]) -> list[str]:
    """Without a blank line at the end."""
    return lines[:-1] if lines and not lines[-1] else lines


def _has_digit(header: str) -> bool:
    return any(letter.isdigit() for letter in indicators(header))


def _dedented(lines: list[str]) -> list[str]:
    first = next((line for line in lines if line.strip(" ")), None)
    return ["" for _ in lines] if first is None else indented(line[indent(first) :] for line in lines)
