"""Named parameters in SQL texts, and the secrets of SQL texts that are kept."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlglot.dialects import Redshift
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from localcloud.redshift.data_api_errors import ValidationError

_SECRETS = re.compile(
    r"\b(password|credentials(?:\s+as)?|access_key_id|secret_access_key|session_token)(\s*)'(?:[^'\\]|''|\\.)*'",
    re.IGNORECASE | re.DOTALL,
)
LARGEST_BYTES = 100 * 1024


class _Tokenizer(Redshift.Tokenizer):
    """Redshift's, that also knows `$$ … $$`: the bodies of functions and procedures."""

    HEREDOC_STRINGS: ClassVar[list[str]] = ["$"]


def redact(sql: str) -> str:
    """The text without the values of passwords and keys: what is kept and told of it."""
    return _SECRETS.sub(r"\1\2'***'", sql)


def check(sqls: Sequence[str], parameters: Sequence[Mapping[str, str]] | None) -> None:
    """Every parameter has one value and is used. ValidationException if not."""
    given = [parameter["name"] for parameter in parameters or ()]
    if len(given) != len(set(given)):
        raise ValidationError("Parameters list contains duplicate names.")
    if not given:
        return
    used = {name for sql in sqls for name, _ in _placeholders(sql)}
    if unknown := sorted(used - set(given)):
        raise ValidationError(f"Parameters list contains no value for {_listed(unknown)}.")
    if unused := sorted(set(given) - used):
        raise ValidationError(f"Parameters list contains unused parameters: {_listed(unused)}.")


def bind(sql: str, parameters: Sequence[Mapping[str, str]] | None) -> tuple[str, dict[str, Any] | None]:
    """The text and values as psycopg wants them; the server gives the values the types that it needs."""
    if not parameters:
        return sql, None
    pieces, end = [], 0
    for name, start in _placeholders(sql):
        pieces += [sql[end:start].replace("%", "%%"), f"%({name})s"]
        end = start + 1 + len(name)
    pieces.append(sql[end:].replace("%", "%%"))
    return "".join(pieces), {parameter["name"]: parameter["value"] for parameter in parameters}


def check_single(sqls: Sequence[str]) -> None:
    """Every text holds one statement of a size that AWS takes. ValidationException if not."""
    if any(not sql.strip() for sql in sqls):
        raise ValidationError("The SQL statement is empty.")
    if any(len(sql.encode()) > LARGEST_BYTES for sql in sqls):
        raise ValidationError("Cannot process query string larger than 100kB")
    if any(_is_several(sql) for sql in sqls):
        raise ValidationError("Multiple SQL statements in one text: give them as a list to BatchExecuteStatement.")


def _is_several(sql: str) -> bool:
    tokens = _tokens(sql)
    ends = [index for index, token in enumerate(tokens) if token.token_type == TokenType.SEMICOLON]
    return any(token.token_type != TokenType.SEMICOLON for token in tokens[ends[0] :]) if ends else False


def _placeholders(sql: str) -> list[tuple[str, int]]:
    """Names and places of all `:name`, but not those in texts, comments and casts (`::name`)."""
    tokens = _tokens(sql)
    pairs = itertools.pairwise(tokens)
    return [(name.text, colon.start) for colon, name in pairs if _is_placeholder(sql, colon, name)]


def _is_placeholder(sql: str, colon: Token, name: Token) -> bool:
    return sql[colon.start : colon.end + 1] == ":" and name.start == colon.end + 1 and name.text.isidentifier()


def _tokens(sql: str) -> list[Token]:
    try:
        return _Tokenizer().tokenize(sql)
    except SqlglotError:
        # the server says what is wrong with it
        return []


def _listed(names: list[str]) -> str:
    return ", ".join(f":{name}" for name in names)
