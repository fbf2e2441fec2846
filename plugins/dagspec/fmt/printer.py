"""A tree as text: canonical order of keys, two spaces a level, one blank line between blocks.

Whole lines move, with the comments above them. What stands in a line from its key or dash on stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from dagspec.fmt.lines import Lines, indent, indented, is_blank, is_comment, tidy, without_end
from dagspec.fmt.order import Path, arranged, is_pipeline
from dagspec.fmt.tree import BLOCK_STYLES, Item, Node

MODELINE = re.compile(r"#\s*yaml-language-server:")
IGNORE = re.compile(r"\s*#\s*dagspec:\s*ignore\[")


class Printed(NamedTuple):
    """Lines in column 0. closed: a blank line may follow, because no text among them would take it in."""

    lines: list[str]
    closed: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """An entry as it will be printed. lead: the comments above it. apart: a blank line stood before those."""

    lead: list[str]
    body: Printed
    apart: bool


class Printer:
    """Prints one file. text: a sound YAML document whose root is `root`."""

    def __init__(self, text: str, root: Node) -> None:
        self.root, self.lines, self.pipeline = root, Lines(text, root), is_pipeline(root)

    def print(self) -> str:
        """The formatted text."""
        lines = self._formatted() if self._opens(self.root) and self._starts_line(self.root) else self._verbatim()
        return "\n".join(lines) + "\n"

    def _formatted(self) -> list[str]:
        first = self.lines.number(self.root.items[0].start)
        header, lead = _header(self.lines.all[:first])
        tail = self.lines.all[self.lines.number(self.root.end) + 1 :]
        return _modeline_first(header + self._block(self.root, lead, tail, ()).lines)

    def _verbatim(self) -> list[str]:
        """A root that cannot be taken apart, such as a flow mapping: only blanks at the ends of lines go."""
        numbered = enumerate(self.lines.all)
        lines = [line if number in self.lines.fixed else line.rstrip() for number, line in numbered]
        while not (lines[-1] or self.root.keeps_blank_lines):
            lines.pop()
        return lines

    def _block(self, node: Node, lead: list[str], tail: list[str], path: Path) -> Printed:
        """A block collection. lead, tail: the comment lines above its first entry and behind its last."""
        column = self.lines.column(node.items[0].start)
        chunks: list[Chunk] = []
        for item, after in zip(node.items, [*self._between(node.items), tail], strict=True):
            inner, behind = _split(after, column) if self._takes_comments(item) else ([], after)
            chunks.append(Chunk(tidy(lead), self._item(item, inner, (*path, item.name)), _begins_blank(lead)))
            lead = behind
        if self.pipeline:
            chunks = [chunks[number] for number in arranged(node.items, path)]
        if comments := without_end(tidy(lead)):
            chunks.append(Chunk([], Printed(comments, closed=True), _begins_blank(lead)))
        spaced = not path or (self.pipeline and path == ("tasks",))
        return Printed(_joined(chunks, spaced), chunks[-1].body.closed)

    def _item(self, item: Item, tail: list[str], path: Path) -> Printed:
        if not self._is_open(item):
            comments = indented(without_end(tidy(tail)))
            closed = bool(comments) or not item.value.keeps_blank_lines
            return Printed([*self.lines.leaf(item), *comments], closed)
        first = item.value.items[0].start
        if self.lines.number(first) == self.lines.number(item.start):
            lines, closed = self._block(item.value, [], tail, path)
            inner = indented(lines)
            return Printed(["- " + inner[0].lstrip(" "), *inner[1:]], closed)
        lines, closed = self._block(item.value, self._gap(item.start, first), tail, path)
        return Printed([self.lines.rest(item.start).rstrip(), *indented(lines)], closed)

    def _between(self, items: list[Item]) -> list[list[str]]:
        return [self._gap(item.value.end, following.start) for item, following in pairwise(items)]

    def _gap(self, start: int, end: int) -> list[str]:
        """The whole lines between two characters."""
        return self.lines.all[self.lines.number(start) + 1 : self.lines.number(end)]

    def _takes_comments(self, item: Item) -> bool:
        """Whether deeper comments behind an entry may stay below it: below a block text they could become text."""
        return self._is_open(item) or not (item.value.items or item.value.style in BLOCK_STYLES)

    def _is_open(self, item: Item) -> bool:
        """Whether an entry's value is a block collection that can be printed entry by entry."""
        if not self._opens(item.value):
            return False
        first = item.value.items[0].start
        if self.lines.number(first) == self.lines.number(item.start):
            return not self.lines.rest(item.start)[1 : first - item.start].strip()
        return self._starts_line(item.value) and all(map(is_comment, self._gap(item.start, first)))

    def _opens(self, node: Node) -> bool:
        """Whether the entries of a node start in one column, each on its own line, with only comments between."""
        columns = {self.lines.column(item.start) for item in node.items}
        others = (self.lines.before(item.start) for item in node.items[1:])
        gaps = (line for gap in self._between(node.items) for line in gap)
        return len(columns) == 1 and all(map(is_blank, others)) and all(map(is_comment, gaps))

    def _starts_line(self, node: Node) -> bool:
        return is_blank(self.lines.before(node.items[0].start))


def _begins_blank(lines: list[str]) -> bool:
    return bool(lines) and is_blank(lines[0])


def _header(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines above the first key: those of the file, and those of the key.

    The key's own stand behind a blank line, or begin with a comment by which lint ignores something in the next line.
    """
    blank = [number + 1 for number, line in enumerate(lines) if is_blank(line)]
    begin = blank[-1] if blank else 0
    ignore = [number for number in range(begin, len(lines)) if IGNORE.match(lines[number])]
    split = [*ignore, begin or len(lines)][0]
    return tidy(lines[:split]), lines[split:]


def _split(lines: list[str], column: int) -> tuple[list[str], list[str]]:
    """The comments behind an entry that stand deeper than its column, and the others."""
    count = end = 0
    while end < len(lines) and (is_blank(lines[end]) or indent(lines[end]) > column):
        end += 1
        count = count if is_blank(lines[end - 1]) else end
    return lines[:count], lines[count:]


def _joined(chunks: list[Chunk], spaced: bool) -> list[str]:
    """The lines of all chunks. spaced: a blank line stands around each that has more than one line."""
    lines: list[str] = []
    before: Chunk | None = None
    for chunk in chunks:
        if before and before.body.closed and (chunk.apart or (spaced and _are_long(before, chunk))):
            lines.append("")
        lines += chunk.lead + chunk.body.lines
        before = chunk
    return lines


def _are_long(first: Chunk, second: Chunk) -> bool:
    return max(len(first.body.lines), len(second.body.lines)) > 1


def _modeline_first(lines: list[str]) -> list[str]:
    found = [line for line in lines if MODELINE.match(line)]
    return found + [line for line in lines if not MODELINE.match(line)]
