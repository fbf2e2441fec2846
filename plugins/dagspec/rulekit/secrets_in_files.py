"""The credentials in the SQL files that a spec names: their text goes into the DAG, where the UI shows it."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.secrets import Credential, Kind, credentials
from dagspec.rulekit.sql import SqlText, sql_texts
from dagspec.source import read_text
from dagspec.view import PipelineView

_KEY, _INDENT = "sql: |2\n", "  "


def in_files(pipeline: PipelineView, kind: Kind) -> Iterator[tuple[SqlText, Credential]]:
    """The credentials of one kind in the pipeline's SQL files; their offsets are those in the file."""
    for sql in sql_texts(pipeline):
        if not sql.file:
            continue
        # as a text of YAML, so that a file and a spec are searched in one way
        body = "".join(f"{_INDENT}{line}\n" for line in sql.text.split("\n"))
        source = read_text(_KEY + body, sql.file)
        for found in credentials(source, kind):
            lines = source.text.count("\n", 0, found.start)
            yield sql, Credential(kind, found.name, found.value, found.start - len(_KEY) - lines * len(_INDENT), 0)


def told(rule: Rule, pipeline: PipelineView, sql: SqlText, found: Credential, message: str, help_: str) -> Problem:
    """A finding at the option that names the file; the message says where in the file."""
    return rule.problem(sql.place(pipeline.source), message + sql.where(found.start), help_)
