"""Texts and values as SQL literals, for databases that read a backslash as the beginning of an escape."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dagspec.rulekit.sql_words import words_of

Value = str | int | float | bool | None

# what a template gives is quoted when it is rendered
_ESCAPE = r"""{% filter replace("\\", "\\\\") | replace("'", "''") %}"""
PLACEHOLDER = re.compile(r"%\((?P<name>\w+)\)s")


def quoted(text: str) -> str:
    """A text without templates as a literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def literal(text: str) -> str:
    """A text of a spec as a literal; what its templates give stays within the quotes."""
    if "{{" in text or "{%" in text:
        return f"'{_ESCAPE}{text}{{% endfilter %}}'"
    return quoted(text)


def value_sql(value: Value) -> str:
    """A value as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    return quoted(value) if isinstance(value, str) else repr(value)


def bound(text: str, parameters: Mapping[str, Value], dialect: str) -> str:
    """The text with the values of its placeholders.

    Raises KeyError for a name without a value, ValueError when a quote or a comment is not closed.
    """
    words = words_of(text, dialect)
    if words is None:
        raise ValueError("a quote or a comment in the SQL is not closed")
    starts = {word.start for word in words}  # in quotes and comments, no word begins there

    def filled(found: re.Match[str]) -> str:
        return value_sql(parameters[found["name"]]) if found.start() in starts else found[0]

    return PLACEHOLDER.sub(filled, text)
