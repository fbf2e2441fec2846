"""Edits of a spec's text that fixes are made of. Each is None where the text is not simple enough to be sure."""

from __future__ import annotations

import re

from dagspec.problem import Edit, KeyPath
from dagspec.source import Source


def add_key(source: Source, path: KeyPath, after: str, key: str, value: str) -> Edit | None:
    """Add `key: value` to the mapping at `path`, behind its key `after`, whose value must stand on one line."""
    if not source.owns((*path, after)):
        return None
    entry = _on_one_line(source, (*path, after))
    if entry is None:
        return None
    start, end = entry
    before = source.text[source.text.rfind("\n", 0, start) + 1 : start]
    if before.strip():
        return Edit(end, end, f", {key}: {value}") if _is_flow(source, path) else None
    if _is_flow(source, path):
        return Edit(end, end, f",\n{before}{key}: {value}")
    line_end = source.text.find("\n", end)  # behind a comment on that line
    at = len(source.text) if line_end < 0 else line_end
    return Edit(at, at, f"\n{before}{key}: {value}")


def _on_one_line(source: Source, path: KeyPath) -> tuple[int, int] | None:
    """The offsets of a key and its value, when they are on one line."""
    start, _ = source.offsets(path, "key")
    node = source.node(path)
    whole = source.text[start : node.end_mark.index].rstrip() if node else "\n"
    return None if "\n" in whole else (start, start + len(whole))


def remove_item(source: Source, path: KeyPath, index: int) -> Edit | None:
    """Remove an item of the list at `path`, with its comma or with its line."""
    if not source.owns((*path, index)):
        return None
    start, end = source.offsets((*path, index), "value")
    if _is_flow(source, path):
        return _out_of_flow(source.text, start, end)
    line = source.text.rfind("\n", 0, start) + 1
    rest = re.match(r"[ ]*(\n|$)", source.text[end:])
    if rest and re.fullmatch(r"[ ]*-[ ]+", source.text[line:start]):
        return Edit(line, end + rest.end(), "")
    return None


def replace_value(source: Source, path: KeyPath, value: str) -> Edit | None:
    """Put another scalar in the place of the one at `path`."""
    return Edit(*source.offsets(path, "value"), value) if source.owns(path) else None


def _is_flow(source: Source, path: KeyPath) -> bool:
    return source.text[source.offsets(path, "value")[0]] in "[{"


def _out_of_flow(text: str, start: int, end: int) -> Edit | None:
    if behind := re.match(r"\s*,\s*", text[end:]):
        return Edit(start, end + behind.end(), "")
    if ahead := re.search(r",\s*$", text[:start]):
        return Edit(ahead.start(), end, "")
    return None
