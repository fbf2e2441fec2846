"""What the options of operators for SQL databases have in common: names, the SQL itself, clauses."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from dagspec.files import REMOTE, FileError
from dagspec.rulekit.sql_words import words_of
from dagspec.shared import Task

MAX_SQL_MEGABYTES = 1  # the text goes into the DAG
_NAME = r"([A-Za-z_][A-Za-z0-9_$]*|\"[^\"\{\}]+\")"
END = r"$(?![\s\S])"
Column = Annotated[
    str, Meta(pattern=f"^{_NAME}{END}", extra_json_schema={"x-expected": "a column, in double quotes if it is odd"})
]
Table = Annotated[
    str, Meta(pattern=rf"^{_NAME}(\.{_NAME})?{END}", extra_json_schema={"x-expected": "a table, schema.table"})
]
QualifiedName = Annotated[
    str,
    Meta(
        pattern=rf"^({_NAME}\.){{0,2}}{_NAME}{END}",
        extra_json_schema={"x-expected": "a name, database.schema.name; the first two may be left out"},
    ),
]


def sql_of(task: Task, sql: str | None, sql_file: str | None) -> str:
    """The text of the one that is given. Raises FileError when the file cannot be read."""
    if sql_file is None:
        return sql or ""
    if sql_file.startswith(REMOTE):
        raise FileError('"sql_file" must be a file of this repository', "paths count from its top folder")
    try:
        return task.files.path(sql_file, MAX_SQL_MEGABYTES).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise FileError(f'"{sql_file}" is not text in UTF-8') from None


def clause_words(text: str, dialect: str, what: str) -> tuple[list[str], str]:
    """The words of one clause, outside of quotes, and what is wrong with it: "" for a sound one."""
    words = words_of(text, dialect)
    if "{{" in text or "{%" in text:
        return [], "holds a template: write the value, or ${env.NAME}"
    if not words or any(word.token.comments for word in words):
        return [], f"is not {what}"
    plain = [word.text for word in words if word.kind != "STRING"]
    return plain, "holds a semicolon" if ";" in plain else ""
