"""One statement while it is translated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from localcloud.redshift import words
from localcloud.redshift.rewrite import Rewriter
from localcloud.redshift.statements import Context
from localcloud.redshift.words import Word


@dataclass(frozen=True)
class Parsed:
    """The statement's words and how to render them."""

    words: Sequence[Word]
    rewriter: Rewriter
    context: Context

    def has(self, *keywords: str) -> bool:
        """Whether these keywords stand in a row somewhere."""
        return words.find(self.words, *keywords) is not None

    def render(self, start: int = 0, end: int | None = None) -> str:
        """The text of a part for PostgreSQL."""
        return self.rewriter.render(self.words[start:end])

    def source(self, start: int = 0, end: int | None = None) -> str:
        """The text of a part as written."""
        part = self.words[start:end]
        return self.rewriter.sql[part[0].start : part[-1].end] if part else ""

    def inner(self, sql: str) -> Parsed:
        """The statement in a quoted text of this one."""
        return replace(self, words=words.read(sql), rewriter=replace(self.rewriter, sql=sql))
