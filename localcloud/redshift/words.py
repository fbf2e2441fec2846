"""A text of SQL as words, each with its place, cut into statements and arguments."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlglot.dialects.redshift import Redshift
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType

from localcloud.redshift.errors import SYNTAX_ERROR, SqlError

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of what it only half knows; we look ourselves
_TEXTS = (TokenType.STRING, TokenType.NATIONAL_STRING, TokenType.RAW_STRING, TokenType.BYTE_STRING)
# sqlglot takes `$1,$` for the beginning of a quoted text: the dollars of parameters are hidden from it
_PARAMETER = re.compile(r"(?<![\w$])\$(?=\d)")
_DOLLAR = "\ue000"
_OPEN, _CLOSE = "(", ")"


class _Tokenizer(Redshift.Tokenizer):
    COMMANDS: ClassVar[set[TokenType]] = set()  # else it would keep VACUUM, SHOW and others in one piece


@dataclass(frozen=True)
class Word:
    """One token: its kind, what it means, and where it stands (`end` is behind its last character)."""

    kind: TokenType
    text: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        """For comparing with keywords; quoted names and texts are never keywords."""
        return "" if self.is_text or self.is_quoted_name else self.text.upper()

    @property
    def is_inserted(self) -> bool:
        """Whether it does not stand in the text."""
        return self.start == self.end

    @property
    def is_text(self) -> bool:
        """A quoted text."""
        return self.kind in _TEXTS or self.kind == TokenType.HEREDOC_STRING

    @property
    def is_parameter(self) -> bool:
        """`$1` and so on."""
        return self.kind == TokenType.VAR and self.text.startswith("$")

    @property
    def is_quoted_name(self) -> bool:
        """A name in double quotes."""
        return self.kind == TokenType.IDENTIFIER


def read(sql: str) -> list[Word]:
    """All words of a text; comments are left out. SqlError if a quote is not closed."""
    try:
        tokens = _Tokenizer(dialect=Redshift()).tokenize(_PARAMETER.sub(_DOLLAR, sql))
    except TokenError as error:
        raise SqlError(SYNTAX_ERROR, f"syntax error: {str(error).splitlines()[0]}") from error
    return [word for token in tokens for word in _words(token, sql)]


def statements(words: Sequence[Word]) -> Iterator[list[Word]]:
    """The words of each statement, without the semicolons; empty statements are left out."""
    current: list[Word] = []
    for word in words:
        if word.kind != TokenType.SEMICOLON:
            current.append(word)
        elif current:
            yield current
            current = []
    if current:
        yield current


def closing(words: Sequence[Word], opening: int) -> int:
    """The place of the parenthesis that closes the one at `opening`. SqlError if there is none."""
    depth = 0
    for place in range(opening, len(words)):
        depth += (words[place].upper == _OPEN) - (words[place].upper == _CLOSE)
        if depth == 0:
            return place
    raise SqlError(SYNTAX_ERROR, "syntax error: a parenthesis is not closed")


def arguments(words: Sequence[Word], opening: int) -> list[list[Word]]:
    """What stands between the parentheses that open at `opening`, cut at its commas."""
    inner = words[opening + 1 : closing(words, opening)]
    return cut(inner, ",") if inner else []


def cut(words: Sequence[Word], separator: str) -> list[list[Word]]:
    """The parts between separators that stand outside of parentheses."""
    parts: list[list[Word]] = [[]]
    depth = 0
    for word in words:
        depth += (word.upper == _OPEN) - (word.upper == _CLOSE)
        if depth == 0 and word.upper == separator:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def starts_with(words: Sequence[Word], *keywords: str) -> bool:
    """Whether a statement begins with these keywords."""
    return [word.upper for word in words[: len(keywords)]] == list(keywords)


def find(words: Sequence[Word], *keywords: str, start: int = 0) -> int | None:
    """The place of the first such keywords in a row, at any depth."""
    for place in range(start, len(words) - len(keywords) + 1):
        if starts_with(words[place:], *keywords):
            return place
    return None


def inserted(text: str, after: Word) -> Word:
    """A word that does not stand in the text: it is rendered as it is, behind another."""
    return Word(TokenType.COMMAND, text, after.end, after.end)


def _words(token: Token, sql: str) -> Iterator[Word]:
    """sqlglot joins some keywords (`PRIMARY KEY`): take them apart, so that one rule is enough."""
    start, end = token.start, token.end + 1
    source = sql[start:end]
    if token.token_type in (*_TEXTS, TokenType.HEREDOC_STRING, TokenType.IDENTIFIER) or not any(
        map(str.isspace, source)
    ):
        yield Word(token.token_type, token.text.replace(_DOLLAR, "$"), start, end)
        return
    for part in source.split():
        at = sql.index(part, start)
        start = at + len(part)
        yield Word(TokenType.VAR, part, at, start)
