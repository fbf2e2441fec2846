"""Tokens of SQL, by sqlglot."""

from __future__ import annotations

from functools import cache
from typing import Any

from msgspec import Struct


class Word(Struct, frozen=True):
    """One token of SQL. text: upper case, quotes removed. kind: sqlglot's name of it. end: first offset behind it."""

    text: str
    kind: str
    start: int
    end: int
    token: Any


@cache
def words_of(text: str, dialect: str) -> tuple[Word, ...] | None:
    """The tokens of a text without its comments; None when a quote or a comment is not closed."""
    from sqlglot.errors import TokenError

    try:
        tokens = sqlglot_dialect(dialect).tokenize(text)
    except TokenError:
        return None
    return tuple(Word(token.text.upper(), token.token_type.name, token.start, token.end + 1, token) for token in tokens)


@cache
def sqlglot_dialect(name: str) -> Any:
    """The dialect of that name; sqlglot's tolerant own one when it is not known."""
    from sqlglot.dialects.dialect import Dialect  # its import costs 80 ms: only for specs that hold SQL

    try:
        return Dialect.get_or_raise(name)
    except ValueError:
        return Dialect.get_or_raise("")
