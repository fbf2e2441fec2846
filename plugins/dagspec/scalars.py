"""Where the characters of a text value stand in its file: exact columns inside `|`, `>`, quoted and plain texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import yaml

from dagspec.lazy import lazily
from dagspec.problem import KeyPath
from dagspec.source import Source

_PROPERTIES = lazily(r"(?:[&!]\S*\s+)*")  # an anchor and a tag before the text
_BLOCK_HEADER = lazily(r"[|>][^\n]*\n?")
_ESCAPE = lazily(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\s*\n\s*|.)", re.DOTALL)
_BLANK_ESCAPES = {"\\n", "\\t", "\\r", "\\ ", "\\\t", "\\v", "\\f", "\\N", "\\_", "\\L", "\\P"}


def span_in_text(source: Source, path: KeyPath, start: int, end: int) -> tuple[int, int]:
    """Characters `start` up to `end` of the text at `path`, as offsets in the file.

    The text is the one that YAML reads, references not resolved. Where it cannot be told, the whole value.
    """
    node = source.node(path)
    whole = source.offsets(path, "value")
    if not isinstance(node, yaml.ScalarNode) or not 0 <= start < end:
        return whole
    raw = source.text[node.start_mark.index : node.end_mark.index]
    at = positions(raw, node.value, node.style)
    if len(at) < end:
        return whole
    return node.start_mark.index + at[start], node.start_mark.index + at[end - 1] + 1


@lru_cache(maxsize=16)  # a long text may have thousands of findings
def positions(raw: str, value: str, style: str | None) -> list[int]:
    """For each character of `value` its place in `raw`, the text as written; empty when they do not fit together.

    YAML changes white space only (indentation, folding), so the n-th other character of one is that of the other.
    """
    written = _written(raw, style)
    found: list[int] = []
    last = 0
    for character in value:
        if character.isspace():
            found.append(last + 1)
            last += 1
            continue
        last, spelled = next(written, (-1, ""))
        if last < 0 or spelled not in (character, "\\"):
            return []
        found.append(last)
    return found


def _written(raw: str, style: str | None) -> Iterator[tuple[int, str]]:
    """Place and spelling of each character that is not white space; an escape is spelled as a backslash."""
    at, end = _body(raw, style)
    while at < end:
        escape = _ESCAPE.match(raw, at) if style == '"' else None
        if escape:
            blank = escape[0] in _BLANK_ESCAPES or escape[0][1:].isspace()
            if not blank:
                yield at, "\\"
            at = escape.end()
        else:
            if not raw[at].isspace():
                yield at, raw[at]
            at += 2 if style == "'" and raw[at] == "'" else 1


def _body(raw: str, style: str | None) -> tuple[int, int]:
    properties = _PROPERTIES.match(raw)
    start = properties.end() if properties else 0
    if style in ("'", '"'):
        return start + 1, len(raw) - 1
    header = _BLOCK_HEADER.match(raw, start) if style in ("|", ">") else None
    return (header.end() if header else start), len(raw)
