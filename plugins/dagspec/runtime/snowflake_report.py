"""Rows as a table of text, for the task's log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def aligned(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows of the same columns under each other; "(no rows)" for none."""
    if not rows:
        return "(no rows)"
    lines = [list(rows[0]), *([_text(value) for value in row.values()] for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(lines[0]))]
    return "\n".join(_line(line, widths) for line in lines)


def _line(line: list[str], widths: list[int]) -> str:
    return "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()


def _text(value: Any) -> str:
    return "NULL" if value is None else str(value).replace("\n", "\\n")
