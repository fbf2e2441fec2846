"""A key or a text of a YAML file, and where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from dagspec.problem import KeyPath


@dataclass(frozen=True, slots=True)
class Token:
    """One key or text; `start` and `end` leave out its quotes.

    path: of the key or the value itself; for a `bare` word, which may become either, of what it stands in.
    is_block: whether it is the text below a `|` or `>`.
    """

    path: KeyPath
    role: Literal["key", "value", "bare"]
    start: int
    end: int
    text: str
    is_block: bool = False

    @classmethod
    def read(cls, text: str, role: Literal["key", "value", "bare"], start: int, end: int, path: KeyPath) -> Token:
        """The token between two offsets of a text."""
        if text[start] in "\"'" and start < end:
            closed = end - start > 1 and text[end - 1] == text[start]
            return cls(path, role, start + 1, end - 1 if closed else end, unquoted(text[start:end]))
        return cls(path, role, start, end, text[start:end])


def unquoted(written: str) -> str:
    """A text without its quotes; of the escapes only those of a quote and a backslash are undone."""
    if written.startswith("'"):
        return written[1:].removesuffix("'").replace("''", "'")
    if written.startswith('"'):
        return re.sub(r'\\(["\\])', r"\1", written[1:].removesuffix('"'))
    return written
