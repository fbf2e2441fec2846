"""Reading statements that sqlglot does not parse: words, names, brackets, `NAME = value` options."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from fakesnow.expr import normalise_ident
from sqlglot import Token, TokenType, tokenize

from localcloud.snowflake.errors import syntax

NAME = r'(?:"[^"]+"|[\w$]+)'
QUALIFIED = rf"{NAME}(?:\.{NAME}){{0,2}}"
NAME_PART = re.compile(NAME)
_DEPTH = {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}
_WHOLE = ("REMOVE", "RM", "EXECUTE", "CALL", "GET")
_ASSIGNS = (TokenType.EQ, TokenType.FARROW)
_ENDS = (TokenType.COMMA, TokenType.R_PAREN)


class ObjectName(NamedTuple):
    """Where an object is: its database, its schema, its own name."""

    database: str
    schema: str
    name: str

    def sql(self) -> str:
        """The name in DuckDB's SQL."""
        return ".".join(identifier(part) for part in self)


def clean(statement: str) -> str:
    """A statement without comments, trailing semicolons and line breaks between its words."""
    tokens = _tokens(statement)
    if len(tokens) == 2 and tokens[0].text.upper() in _WHOLE:
        return f"{tokens[0].text} {tokens[1].text.rstrip('; ')}"  # sqlglot leaves the rest in one piece
    while tokens and tokens[-1].token_type == TokenType.SEMICOLON:
        tokens.pop()
    parts: list[str] = []
    end = -1
    for token in tokens:
        gap = " " if parts and token.start > end + 1 else ""
        parts.append(gap + statement[token.start : token.end + 1])
        end = token.end
    return "".join(parts)


def literal(value: str | float | bool | None) -> str:
    """A value in DuckDB's SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def identifier(name: str) -> str:
    """A name in DuckDB's SQL."""
    return '"' + name.replace('"', '""') + '"'


def unquote(name: str) -> str:
    """A name as it is stored: upper case unless it was quoted."""
    return normalise_ident(name)


def take_parentheses(text: str) -> tuple[str, str]:
    """`(inside) rest` as two texts."""
    depth = 0
    tokens = _tokens(text)
    for token in tokens:
        depth += _DEPTH.get(token.token_type, 0)
        if depth == 0:
            return text[tokens[0].end + 1 : token.start], text[token.end + 1 :].strip()
    raise syntax(f"A closing parenthesis is missing after '{text[:40]}'.")


def split_commas(text: str) -> list[str]:
    """The parts between the commas that are in no parentheses."""
    depth, start, parts = 0, 0, []
    for token in _tokens(text):
        depth += _DEPTH.get(token.token_type, 0)
        if depth == 0 and token.token_type == TokenType.COMMA:
            parts.append(text[start : token.start])
            start = token.end + 1
    return [part.strip() for part in (*parts, text[start:]) if part.strip()]


def options(text: str) -> dict[str, Any]:
    """`NAME = value …`: strings, numbers, truth values, words, stages, lists and nested options."""
    return _Options(text).read()


class _Options:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._at = 0

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self._more() and self._peek().token_type != TokenType.R_PAREN:
            name = self._next().text.upper()
            if not self._more() or self._next().token_type not in _ASSIGNS:
                raise syntax(f"'{name}' needs '= <value>'.")
            found[name] = self._value(name)
            self._skip(TokenType.COMMA)
        return found

    def _value(self, name: str) -> Any:
        if not self._more():
            raise syntax(f"The value of '{name}' is missing.")
        if self._peek().token_type == TokenType.L_PAREN:
            return self._nested()
        return self._scalar()

    def _nested(self) -> Any:
        self._skip(TokenType.L_PAREN)
        named = len(self._tokens) > self._at + 1 and self._tokens[self._at + 1].token_type in _ASSIGNS
        inside = self.read() if named else self._values()
        self._skip(TokenType.R_PAREN)
        return inside

    def _values(self) -> list[Any]:
        values = []
        while self._more() and self._peek().token_type != TokenType.R_PAREN:
            values.append(self._scalar())
            self._skip(TokenType.COMMA)
        return values

    def _scalar(self) -> Any:
        token = self._next()
        if token.token_type == TokenType.STRING:
            return token.text
        word = self._rest_of_word(token)
        if word.isdigit():
            return int(word)
        return {"TRUE": True, "FALSE": False}.get(word.upper(), word)

    def _rest_of_word(self, first: Token) -> str:
        """Names with dots and stages with paths: the tokens that follow without a gap."""
        end = first.end
        while self._more() and self._peek().start == end + 1 and self._peek().token_type not in _ENDS:
            end = self._next().end
        return self._text[first.start : end + 1]

    def _more(self) -> bool:
        return self._at < len(self._tokens)

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _skip(self, kind: TokenType) -> None:
        if self._more() and self._peek().token_type == kind:
            self._at += 1


def _tokens(text: str) -> list[Token]:
    return list(tokenize(text, read="snowflake"))
