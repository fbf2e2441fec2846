"""The formatter of `dagspec fmt`, for the text as it is on the screen."""

from __future__ import annotations

from itertools import takewhile

from lsprotocol import types

from dagspec.fmt import format_source
from dagspec.lsp.documents import Document
from dagspec.masking import masked
from dagspec.problem import Problem


def format_document(document: Document) -> tuple[list[types.TextEdit], list[str]]:
    """The edits that format a file, and why there are none where no finding tells it already."""
    result = format_source(document.source)
    if result.problems:
        return [], [_told(problem) for problem in result.problems if problem not in document.source.problems]
    return _edits(document, result.text), []


def _told(problem: Problem) -> str:
    source = problem.place.source
    return f"{source.name}:{problem.span.line}: not formatted: {masked(problem.message, source)}"


def _edits(document: Document, after: str) -> list[types.TextEdit]:
    """One edit from the first to the last line that changes: the cursor and folds elsewhere stay."""
    old, new = document.source.text.splitlines(keepends=True), after.splitlines(keepends=True)
    if old == new:
        return []
    first = _count_alike(old, new)
    last = _count_alike(old[first:][::-1], new[first:][::-1])
    start = sum(map(len, old[:first]))
    end = start + sum(map(len, old[first : len(old) - last]))
    text = "".join(new[first : len(new) - last]).replace("\n", document.line_end)
    return [types.TextEdit(document.lines.range(start, end), text)]


def _count_alike(old: list[str], new: list[str]) -> int:
    """How many lines are the same at the start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
