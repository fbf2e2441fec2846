"""What sqlglot finds wrong in SQL, as far as it is certain: in words, with offsets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from dagspec.rulekit.sql import SqlText, Statement, statements
from dagspec.rulekit.sql_grammar import grammar_error
from dagspec.rulekit.sql_plain import is_plain
from dagspec.rulekit.sql_plain_words import plain_words
from dagspec.rulekit.sql_words import Word
from dagspec.rulekit.stubs import Stubbed, stub

# sqlglot knows the grammar of these well; what else it does not know is not a mistake of the author
_JUDGED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "DROP")
_JUDGED_WHOLLY = ("snowflake", "databricks")
_JUDGED_CREATIONS = ("TABLE", "VIEW", "TEMP", "TEMPORARY", "TRANSIENT", "OR")
_STATEMENTS = (*_JUDGED, "CREATE", "ALTER", "COPY", "CALL", "GRANT", "REVOKE", "UNLOAD", "ANALYZE", "VACUUM", "REFRESH")
# a body of Snowflake Scripting or a procedure: its semicolons do not end a statement
_SCRIPT = ("DECLARE", "IF", "FOR", "WHILE", "LOOP", "CASE", "LET", "RETURN", "END")
_TRANSACTION = ("", "TRANSACTION", "WORK", "TRAN", "NAME", "READ", "ISOLATION")
_ROUTINES = ("PROCEDURE", "FUNCTION", "TRIGGER", "TASK")
_KEYWORDS = (
    *("SELECT", "FROM", "WHERE", "GROUP", "ORDER", "HAVING", "QUALIFY", "JOIN", "LIMIT", "UNION", "DISTINCT"),
    *("INTO", "VALUES", "USING", "MATCHED", "WHEN", "THEN", "BETWEEN", "TABLE", "VIEW", "UPDATE", "INSERT", "DELETE"),
)
_SPELLED = 0.74  # FORM for FROM is 0.75


class SqlError(Struct, frozen=True):
    """One error: the piece of the text, what is wrong, and what was probably meant."""

    start: int
    end: int
    message: str
    help: str = ""


def sql_errors(sql: SqlText) -> list[SqlError]:
    """The errors that a text has whatever its templates stand for; at most one for each statement."""
    stubbed = stub(sql.text)
    if stubbed.is_broken or stubbed.has_blocks:
        return []
    if _is_certain(sql, stubbed):
        return []
    found = statements(sql, exact=True)
    if found is None:
        return list(_unclosed(stubbed.text))
    if any(_is_script(statement) for statement in found):
        return []
    return [error for statement in found if (error := _error(statement, stubbed))]


def _is_certain(sql: SqlText, stubbed: Stubbed) -> bool:
    """Whether it is right without asking sqlglot, whose import takes longer than the rest of a lint."""
    if plain_words(stubbed.text, sql.dialect) is None:
        return False
    return all(_is_plain(one.words) for one in statements(sql) or () if _is_judged(one))


@lru_cache(maxsize=64)  # the same statement comes back for each environment
def _is_plain(words: tuple[Word, ...]) -> bool:
    return is_plain(words)


def _is_script(statement: Statement) -> bool:
    first, second, *_ = (*(word.text for word in statement.words[:2]), "", "")
    if first == "BEGIN":
        return second not in _TRANSACTION
    is_routine = first == "CREATE" and any(word.text in _ROUTINES for word in statement.words[1:6])
    return first in _SCRIPT or is_routine


def _error(statement: Statement, stubbed: Stubbed) -> SqlError | None:
    first = statement.words[0]
    if _is_judged(statement):
        wrong = grammar_error(statement.words, stubbed, statement.sql.dialect)
        return _described(statement.words, wrong.index, wrong.description) if wrong else None
    if first.kind != "VAR" or len(statement.words) == 1 or first.text in _STATEMENTS:
        return None
    from difflib import get_close_matches

    meant = get_close_matches(first.text, _STATEMENTS, n=1, cutoff=0.8)
    message = f"no statement begins with {_shown(first)}"
    return SqlError(first.start, first.end, message, _did_you_mean(meant[0])) if meant else None


def _is_judged(statement: Statement) -> bool:
    first, second, *_ = (*(word.text for word in statement.words[:2]), "", "")
    if any(word.text == "->>" for word in statement.words) or (first, second) == ("MERGE", "WITH"):
        return False
    if first in ("CREATE", "MERGE") and statement.sql.dialect not in _JUDGED_WHOLLY:
        return False
    return first in _JUDGED or (first == "CREATE" and second in _JUDGED_CREATIONS)


def _described(words: tuple[Word, ...], index: int, description: str) -> SqlError:
    word = words[index]
    for near in (word, words[max(0, index - 1)]):
        if meant := _misspelt(near):
            return SqlError(near.start, near.end, f"{_shown(near)} is not understood here", _did_you_mean(meant))
    return SqlError(word.start, word.end, _message(words, index, description))


def _message(words: tuple[Word, ...], index: int, description: str) -> str:
    word, is_last = words[index], index == len(words) - 1
    if word.text == ")" and _depth(words[: index + 1]) < 0:
        return 'this ")" closes nothing'
    if description.startswith("Expecting "):
        wanted = description.removeprefix("Expecting ").strip()
        return f'expected "{wanted}" {"after" if is_last else "near"} {_shown(word)}'
    if is_last and word.kind not in ("VAR", "STRING", "NUMBER"):
        return f"the statement ends after {_shown(word)}"
    return f"{_shown(word)} is not understood" + (f" after {_shown(words[index - 1])}" if index else "")


def _depth(words: tuple[Word, ...]) -> int:
    texts = [word.text for word in words]
    return texts.count("(") - texts.count(")")


def _misspelt(word: Word) -> str:
    if word.kind != "VAR" or word.text in _KEYWORDS:
        return ""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word.text, _KEYWORDS, n=1, cutoff=_SPELLED)), "")


def _did_you_mean(word: str) -> str:
    return f'did you mean "{word}"?'


def _shown(word: Word) -> str:
    """A word as a message shows it; a literal may be a secret."""
    return {"STRING": "a text", "NUMBER": "a number"}.get(word.kind, f'"{word.token.text}"')


def _unclosed(text: str) -> Iterator[SqlError]:
    """The quote or comment that is never closed."""
    closers = {"'": "'", '"': '"', "/*": "*/", "--": "\n", "$$": "$$", "`": "`"}
    at = 0
    while at < len(text):
        opener = text[at : at + 2] if text[at : at + 2] in closers else text[at]
        if opener not in closers:
            at += 1
            continue
        end = text.find(closers[opener], at + len(opener))
        if end < 0 and opener != "--":
            yield SqlError(at, at + len(opener), f"this {opener} is never closed")
            return
        at = len(text) if end < 0 else end + len(closers[opener])
