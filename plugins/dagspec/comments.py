"""Comments of a spec that speak to lint: where they stand and which lines they cover."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from msgspec import Struct

from dagspec.lazy import lazily
from dagspec.source import Source

_COMMENT = lazily(r"(?:^|(?<=[ \t]))#[ \t]*dagspec:[ \t]*(?P<text>ignore[^\n]*)", re.MULTILINE)
_NESTED = (yaml.MappingNode, yaml.SequenceNode)


class Comment(Struct, frozen=True):
    """One `# dagspec: ignore…`. text: from "ignore" on. start, end: its characters in the source.

    lines: those it covers; empty when it stands above nothing. in_header: before the first key.
    """

    text: str
    start: int
    end: int
    lines: range
    in_header: bool


def comments(source: Source) -> Iterator[Comment]:
    """The comments of a file that could be read. Text inside quotes and block scalars is no comment."""
    found = list(_COMMENT.finditer(source.text)) if source.root is not None else []
    if not found:
        return
    scalars, blocks = _scan(source)
    for match in found:
        if any(start <= match.start() < end for start, end in scalars):
            continue
        line = _covered_line(source, match.start())
        lines = range(line, blocks.get(line, line) + 1) if line else range(0)
        in_header = source.root is not None and match.start() < source.root.start_mark.index
        text = match["text"].rstrip()
        yield Comment(text, match.start(), match.start("text") + len(text), lines, in_header)


def _scan(source: Source) -> tuple[list[tuple[int, int]], dict[int, int]]:
    """The spans of quoted and block scalars, and for each line on which a block begins the line on which it ends."""
    scalars: list[tuple[int, int]] = []
    blocks: dict[int, int] = {}
    pending, seen = [source.root], set()
    while pending:
        node = pending.pop(0)
        if node is None or id(node) in seen:  # an alias is the node of its anchor
            continue
        seen.add(id(node))
        if isinstance(node, yaml.ScalarNode) and node.style:
            scalars.append(_scalar_span(source, node))
        for start, value in _entries(node):
            # the first one is the outermost that begins on the line
            blocks.setdefault(start.line + 1, max(start.line, _last_line(source, value, start.index)) + 1)
            pending.append(value)
        if isinstance(node, yaml.MappingNode):
            pending += [key for key, _ in node.value]
    return scalars, blocks


def _entries(node: yaml.Node) -> list[tuple[yaml.Mark, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        return [(key.start_mark, value) for key, value in node.value]
    return [(item.start_mark, item) for item in node.value] if isinstance(node, yaml.SequenceNode) else []


def _scalar_span(source: Source, node: yaml.ScalarNode) -> tuple[int, int]:
    if node.style not in "|>":
        return node.start_mark.index, node.end_mark.index
    # a comment may stand behind the | that opens a block
    return source.text.find("\n", node.start_mark.index), node.end_mark.index


def _last_line(source: Source, node: yaml.Node, after: int) -> int:
    """The last line of a value, counted from 0; of an alias nothing, for its anchor stands elsewhere."""
    if node.start_mark.index < after:
        return 0
    if isinstance(node, _NESTED) and not node.flow_style and node.value:
        last = node.value[-1]
        return max(_last_line(source, item, after) for item in (last if isinstance(last, tuple) else (last,)))
    text = source.text[: node.end_mark.index].rstrip()
    # not `start_mark.line`: that of an empty value at the end of a file lies behind the file
    return max(source.text.count("\n", 0, node.start_mark.index), text.count("\n"))


def _covered_line(source: Source, index: int) -> int:
    """The line a comment speaks of, counted from 1: its own, or the next when it stands alone; 0 for none."""
    begin = source.text.rfind("\n", 0, index) + 1
    number = source.text.count("\n", 0, index) + 1
    if source.text[begin:index].strip():
        return number
    for below, line in enumerate(source.text[index:].split("\n")[1:], number + 1):
        if not line.lstrip().startswith("#"):
            return below if line.strip() else 0
    return 0
