"""A YAML text as a tree of character ranges.

`yaml.compose` would give an alias the position of its anchor, so the tree is built from the parser's events.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

BLOCK_STYLES = ("|", ">")
# properties such as `&anchor` may stand before the indicator, a comment behind it
BLOCK_HEADER = re.compile(r"(?:^|\s)[|>]([0-9+-]{0,2})\s*(?:#.*)?$")


@dataclass(slots=True)
class Node:
    """A value or key: `text[start:end]`, without the comments and blank lines behind it.

    items: the entries of a block collection; empty for scalars, aliases and flow collections, which are leaves.
    style: how a scalar is written ("", "'", '"', "|" or ">"); None for everything else.
    """

    start: int
    end: int
    style: str | None = None
    alias: str = ""
    anchor: str = ""
    keeps: bool = False  # a block scalar with "+" or an indent of its own: blank lines behind it may be its text
    items: list[Item] = field(default_factory=list)
    inside: list[Node] = field(default_factory=list)  # what a flow collection holds

    @property
    def keeps_blank_lines(self) -> bool:
        """Whether blank lines behind it are or would become part of its text."""
        return self.items[-1].value.keeps_blank_lines if self.items else self.keeps

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of the text."""
        yield self
        for item in self.items:
            yield from item.key.walk() if item.key else ()
            yield from item.value.walk()
        for node in self.inside:
            yield from node.walk()


@dataclass(slots=True)
class Item:
    """An entry of a block collection; it starts at its key or the "?" before that, in a list at its dash.

    name: the text of the key.
    """

    start: int
    value: Node
    key: Node | None = None
    name: str = ""

    @property
    def has_question(self) -> bool:
        """Whether its key is written with a "?"."""
        return self.key is not None and self.start != self.key.start


def parse_tree(text: str) -> Node:
    """The root of a text that is one sound YAML document."""
    return _Reader(text).document()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        tokens: list[Any] = list(yaml.scan(text, Loader=yaml.CSafeLoader))
        self.dashes = [token.start_mark.index for token in tokens if isinstance(token, yaml.BlockEntryToken)]
        keys = [token for token in tokens if isinstance(token, yaml.KeyToken)]
        # the mark of a key without "?" has no width
        self.questions = [key.start_mark.index for key in keys if key.start_mark.index < key.end_mark.index]

    def document(self) -> Node:
        for event in self.events:
            if isinstance(event, yaml.NodeEvent):
                return self._node(event)
        raise ValueError("the text holds no document")

    def _node(self, event: Any) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        anchor = event.anchor or ""
        if isinstance(event, yaml.AliasEvent):
            return Node(start, end, alias=anchor)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(Node(start, end, event.style or "", anchor=anchor))
        return self._flow(event) if event.flow_style else self._block(event)

    def _flow(self, event: Any) -> Node:
        children, end = self._children()
        inside = [child for child, _ in children]
        return Node(event.start_mark.index, end, anchor=event.anchor or "", inside=inside)

    def _block(self, event: Any) -> Node:
        start, (children, _) = event.start_mark.index, self._children()
        if isinstance(event, yaml.MappingStartEvent):
            items = list(self._entries(children, start))
        else:
            items = [Item(_last_before(self.dashes, child.start), child) for child, _ in children]
        # the parser ends a block collection where the next thing starts, behind all comments
        return Node(start, items[-1].value.end, anchor=event.anchor or "", items=items)

    def _entries(self, children: list[tuple[Node, str]], begin: int) -> Iterator[Item]:
        for (key, name), (value, _) in zip(children[::2], children[1::2], strict=True):
            question = _last_before(self.questions, key.start)
            yield Item(question if question >= begin else key.start, value, key, name)
            begin = value.end

    def _children(self) -> tuple[list[tuple[Node, str]], int]:
        found: list[tuple[Node, str]] = []
        for event in self.events:
            if isinstance(event, yaml.CollectionEndEvent):
                mark: Any = event.end_mark
                return found, mark.index
            found.append((self._node(event), getattr(event, "value", "")))
        raise ValueError("a collection has no end")

    def _scalar(self, node: Node) -> Node:
        if node.style not in BLOCK_STYLES:
            return node
        lines = self.text[node.start : node.end].split("\n")
        if indicators(lines[0]).strip("-"):
            node.keeps = True
            node.end -= self.text[node.end - 1 : node.end] == "\n"
            return node
        node.end = node.start + len("\n".join(lines[: _content_lines(lines)]))
        return node


def _last_before(marks: list[int], index: int) -> int:
    """The last mark before a value is its own: marks of what lies inside come later. -1 for none."""
    found = bisect_left(marks, index)
    return marks[found - 1] if found else -1


def indicators(header: str) -> str:
    """The indicators of a block scalar's first line: `2-` of `|2-`."""
    found = BLOCK_HEADER.search(header)
    return found[1] if found else ""


def _content_lines(lines: list[str]) -> int:
    """How many of a block scalar's lines count: blank ones at its end do not, unless spaces are part of its text."""
    first = next((line for line in lines[1:] if line.strip(" ")), None)
    if first is None:
        return 1
    indent = len(first) - len(first.lstrip(" "))
    count = len(lines)
    while not lines[count - 1].strip(" ") and len(lines[count - 1]) <= indent:
        count -= 1
    return count
