"""Words of SQL that is simple enough to take apart without sqlglot, whose import outlasts all else in a lint."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import msgspec

from dagspec.lazy import lazily
from dagspec.rulekit.sql_words import Word

LONGEST = 10_000
UNUSUAL = "athena"  # its CREATE and DROP are of another dialect than its SELECT
KEYWORDS = Path(__file__).parent.parent / "data" / "sql_keywords.json"
# no comments, escapes, casts, parameters, quoted names, or anything that only some dialects have
_WORD = lazily(
    r"(?P<NAME>(?i:(?:group|order) by\b)|[A-Za-z_][A-Za-z0-9_]*(?![\w'\"$]))"
    r"|(?P<NUMBER>[0-9]+(?:\.[0-9]+)?(?![\w.]))"
    r"|(?P<STRING>(?<!\w)'[^'\\]*'(?!['\w]))"
    r"|(?P<SEMICOLON>;)"
    r"|(?P<SIGN>(?:<=|>=|<>|[=<>+*-])(?![=<>+*-])|[(),]|\.(?![\d.]))",
    re.ASCII,
)
_BLANKS = lazily(r"[ \t\n]*")
_FIRST = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "DROP", "CREATE", "COPY", "COMMIT")
# sqlglot makes one token of these and the next word
_HALVES = {
    *("ADD", "BINARY", "CHAR", "CHARACTER", "CLUSTER", "CONNECT", "DEALLOCATE", "DESCRIBE", "DISTRIBUTE", "DOUBLE"),
    *("FILE", "FOREIGN", "GROUP", "GROUPING", "MSCK", "NCHAR", "ORDER", "PARTITION", "PARTITIONED", "PRIMARY"),
    *("RESET", "SEMANTIC", "SIMILAR", "SORT", "SQL", "STORAGE"),
}


@cache
def plain_words(text: str, dialect: str) -> tuple[Word, ...] | None:
    """The words that sqlglot finds in a text too; None when that is not certain."""
    if len(text) > LONGEST or dialect == UNUSUAL:
        return None
    found: list[Word] = []
    at = _after_blanks(text, 0)
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None:
            return None
        found.append(_word(match))
        at = _after_blanks(text, match.end())
    return tuple(found) if _are_plain(found) else None


def _after_blanks(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    return blanks.end() if blanks else at


def _word(match: re.Match[str]) -> Word:
    kind = str(match.lastgroup)
    text = match[0][1:-1] if kind == "STRING" else match[0]
    return Word(text.upper(), kind, match.start(), match.end(), None)


def _are_plain(words: list[Word]) -> bool:
    """Whether no word makes sqlglot read those behind it in another way."""
    starts = [word for before, word in zip([None, *words], words, strict=False) if before is None or before.text == ";"]
    known = all(word.text in _FIRST or word.kind == "SEMICOLON" for word in starts)
    return known and not any(word.kind == "NAME" and word.text in _HALVES for word in words)


@cache
def keywords() -> frozenset[str]:
    """The words that sqlglot does not take for names in some dialect."""
    return frozenset(msgspec.json.decode(KEYWORDS.read_bytes(), type=list[str]))
