"""Statements that load rows: COPY, INSERT, and what makes them safe to run twice."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from dagspec.problem import KeyPath
from dagspec.rulekit.sql import Statement, sql_text, statements, task_statements
from dagspec.view import PipelineView

_CLEARING = ("DELETE", "TRUNCATE", "DROP")
_FILLERS = ("INTO", "TABLE", "FROM", "IF", "EXISTS", "ONLY")


@lru_cache(maxsize=2)
def copies(pipeline: PipelineView) -> tuple[Statement, ...]:
    """Every COPY statement, and the clauses of one that stand in an option."""
    return tuple(_copies(pipeline))


def _copies(pipeline: PipelineView) -> Iterator[Statement]:
    for listed in task_statements(pipeline).values():
        yield from (one for one in listed if one.piece("COPY") or one.piece("COPY_OPTIONS"))
    for path, value in copy_options(pipeline):
        if isinstance(value, str):
            sql = sql_text(pipeline, pipeline.tasks[str(path[1])], path, value)
            yield from (statements(sql) or []) if sql else []


def copy_options(pipeline: PipelineView) -> Iterator[tuple[KeyPath, Any]]:
    """The options of tasks that become part of a COPY, with their places."""
    for task in pipeline.tasks.values():
        for option in task.facts.copy:
            if option in task.arguments:
                yield (*task.path, option), task.arguments[option]


def repeated_loads(listed: list[Statement]) -> Iterator[tuple[Statement, tuple[int, int], str]]:
    """The loads among the statements of a task that add the same rows when they run again: where, and which table."""
    for index, statement in enumerate(listed):
        at = _target(statement)
        table = statement.table_at(at) if at else ""
        if table and not _looks_at_target(statement, at, table) and not _is_cleared(table, listed[:index]):
            yield statement, (statement.words[0].start, statement.words[at].end), table


def clears(statement: Statement) -> bool:
    """Whether a statement takes rows away."""
    return statement.words[0].text in _CLEARING


def _target(statement: Statement) -> int:
    """The index of the table that a load adds rows to; 0 when it is none that repeats itself."""
    is_insert = statement.starts_with("INSERT", "INTO") and statement.piece("SELECT")
    # Redshift's COPY keeps no record of loaded files; those of Snowflake and Databricks, COPY INTO, do
    is_copy = statement.words[0].text == "COPY" and statement.sql.dialect == "redshift"
    if not is_insert and not is_copy:
        return 0
    words = statement.words
    return next((index for index in range(1, len(words)) if words[index].text not in _FILLERS), 0)


def _looks_at_target(statement: Statement, at: int, table: str) -> bool:
    """Whether it reads its target, as NOT EXISTS does, or handles rows that are there."""
    others = range(at + 1, len(statement.words))
    handles = statement.piece("ON", "CONFLICT") or statement.piece("REPLACE", "WHERE")
    return bool(handles) or any(statement.table_at(index) == table for index in others)


def _is_cleared(table: str, before: list[Statement]) -> bool:
    return any((clears(one) or _makes_empty(one)) and _names(one, table) for one in before)


def _makes_empty(statement: Statement) -> bool:
    is_lasting = statement.piece("IF", "NOT", "EXISTS") and not _is_temporary(statement)
    return statement.words[0].text == "CREATE" and not is_lasting


def _is_temporary(statement: Statement) -> bool:
    return any(word.text in ("TEMP", "TEMPORARY") for word in statement.words[1:4])


def _names(statement: Statement, table: str) -> bool:
    return any(statement.table_at(index) == table for index in range(1, len(statement.words)))
