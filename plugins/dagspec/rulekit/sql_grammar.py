"""Whether sqlglot can read a statement, whatever its templates stand for."""

from __future__ import annotations

from itertools import product
from typing import Any

from msgspec import Struct

from dagspec.rulekit.sql_words import Word, sqlglot_dialect, words_of
from dagspec.rulekit.stubs import Stubbed

FILLERS = ("", "j", "1", "=")  # a template may stand for nothing, a name, a number or an operator
MOST_TEMPLATES = 3  # with more of them too much is possible to be certain


class Wrong(Struct, frozen=True):
    """The word that sqlglot stumbles over, and its own words about it."""

    index: int
    description: str


def grammar_error(words: tuple[Word, ...], stubbed: Stubbed, dialect: str) -> Wrong | None:
    """Where sqlglot stumbles over a statement of a stubbed text; None when it reads it, or might."""
    wrong = _parse(words, stubbed.text, dialect)
    if wrong is None:
        return None
    loose = _loose(words, stubbed)
    around = words[max(0, wrong.index - 1) : wrong.index + 2]
    if len(loose) > MOST_TEMPLATES or any(_overlaps(word, span) for word in around for span in loose):
        return None
    variants = product(FILLERS, repeat=len(loose)) if loose else ()
    return None if any(_reads(words, stubbed.text, loose, fillers, dialect) for fillers in variants) else wrong


def _loose(words: tuple[Word, ...], stubbed: Stubbed) -> list[tuple[int, int]]:
    """The stubs of a statement that do not lie in a quoted text."""
    bare = [word for word in words if word.kind != "STRING"]
    return [span for span in stubbed.spans if any(_overlaps(word, span) for word in bare)]


def _overlaps(word: Word, span: tuple[int, int]) -> bool:
    return word.start < span[1] and span[0] < word.end


def _reads(
    words: tuple[Word, ...], text: str, spans: list[tuple[int, int]], fillers: tuple[str, ...], dialect: str
) -> bool:
    """Whether a statement is right when its templates stand for these."""
    characters = list(text)
    for (start, end), filler in zip(spans, fillers, strict=True):
        characters[start:end] = filler.ljust(end - start)
    piece = "".join(characters)[words[0].start : words[-1].end]
    filled = words_of(piece, dialect)
    return filled is not None and _parse(filled, piece, dialect) is None


def _parse(words: tuple[Word, ...], text: str, dialect: str) -> Wrong | None:
    import logging

    from sqlglot.errors import ParseError

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of each statement that it does not know
    tokens = [word.token for word in words]
    try:
        sqlglot_dialect(dialect).parser().parse(tokens, text)
    except ParseError as error:
        details = error.errors[0] if error.errors else {}
        return Wrong(_index(tokens, details), str(details.get("description", "")))
    except RecursionError:
        return None
    return None


def _index(tokens: list[Any], details: dict[str, Any]) -> int:
    where = (details.get("line"), details.get("col"))
    places = [(token.line, token.col) for token in tokens]
    return places.index(where) if where in places else len(tokens) - 1
