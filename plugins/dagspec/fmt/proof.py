"""What a formatter must keep: the value of a file and its comments."""

from __future__ import annotations

import re
from typing import Any

import yaml

from dagspec.fmt.tree import BLOCK_STYLES
from dagspec.source import Source, read_text

COMMENT = re.compile(r"(?:^|(?<=\s))#.*", re.MULTILINE)


def is_kept(before: Source, after: str) -> bool:
    """Whether `after` has the value and the comments of `before`, and nothing wrong."""
    source = read_text(after, before.name)
    return not source.problems and _same(before.value, source.value) and comments(before.text) == comments(source.text)


def comments(text: str) -> list[str]:
    """All comments of a text that is sound YAML, sorted."""
    found: list[str] = []
    end = 0
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        start = token.start_mark.index
        found += _in(text[end:start])
        end = max(end, token.end_mark.index)
        if getattr(token, "style", None) in BLOCK_STYLES:
            found += _in(text[start:end].partition("\n")[0])
    return sorted(found + _in(text[end:]))


def _in(gap: str) -> list[str]:
    return [comment.rstrip() for comment in COMMENT.findall(gap)]


def _same(first: Any, second: Any) -> bool:
    """Equal, and of the same types; the order of keys does not count, and nan is nan."""
    if type(first) is not type(second):
        return False
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(_same(first[key], second[key]) for key in first)
    if isinstance(first, list):
        return len(first) == len(second) and all(map(_same, first, second))
    return bool(first == second) or (first != first and second != second)
