"""A text of several SQL statements → its statements."""

from __future__ import annotations

from dagspec.rulekit.sql_words import Word, words_of


def split_statements(text: str, dialect: str) -> list[str]:
    """The statements of a text, without semicolons and the comments around them; templates must be rendered.

    Raises ValueError when a quote or a comment is not closed.
    """
    words = words_of(text, dialect)
    if words is None:
        raise ValueError("a quote or a comment in the SQL is not closed")
    return [text[part[0].start : part[-1].end] for part in _parts(words)]


def _parts(words: tuple[Word, ...]) -> list[list[Word]]:
    parts: list[list[Word]] = [[]]
    for word in words:
        if word.kind == "SEMICOLON":
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]
