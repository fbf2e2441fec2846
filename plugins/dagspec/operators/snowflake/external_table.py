"""`snowflake.external_table`: files of S3 as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from dagspec.facts import Facts
from dagspec.kinds import NonEmpty, S3Uri
from dagspec.operators.snowflake.file_format import FileFormat
from dagspec.operators.snowflake.statements import SnowflakeTask
from dagspec.operators.sql_options import END, Column, QualifiedName, clause_words
from dagspec.problem import Problem
from dagspec.rulekit.sql_words import sqlglot_dialect
from dagspec.shared import Expansion, Task
from dagspec.spec import Keys
from dagspec.sql_literals import literal

_METADATA = "METADATA$FILENAME"
Type = Annotated[
    str,
    Meta(
        pattern=rf"^[A-Za-z_]\w*( [A-Za-z]\w*)*(\(\d+(, ?\d+)?\))?{END}",
        extra_json_schema={"x-expected": "a type such as VARCHAR or NUMBER(10, 2)"},
    ),
]


class ExternalColumn(Keys, frozen=True):
    """A column of an external table."""

    name: Column
    type: Type
    from_: Annotated[
        NonEmpty | None,
        Meta(description="Where its value is; default: VALUE:<name>, and for csv VALUE:c<its position>."),
    ] = msgspec.field(default=None, name="from")

    def sql(self, position: int, is_csv: bool) -> str:
        """The column as CREATE EXTERNAL TABLE has it."""
        value = self.from_ or (f"VALUE:c{position}" if is_csv else f"VALUE:{self.name}")
        return f"{self.name} {self.type} AS (CAST({value} AS {self.type}))"

    def wrong(self) -> str:
        """What is wrong with `from`; "" when nothing is."""
        if self.from_ is None:
            return ""
        _, wrong = clause_words(self.from_, "snowflake", "an expression")
        return wrong or ("" if _is_expression(self.from_) else "is not an expression")


class ExternalTable(SnowflakeTask, frozen=True, kw_only=True):
    """Make an external table over files of S3, with its stage and file format, and refresh it."""

    name: ClassVar[str] = "snowflake.external_table"
    facts: ClassVar[Facts] = replace(
        SnowflakeTask.facts,
        reads=("location",),
        writes=("table",),
        template_fields=("location", "snowflake_conn_id", "warehouse", "database", "schema", "role"),
    )

    table: Annotated[QualifiedName, Meta(description="The external table.")]
    columns: Annotated[list[ExternalColumn], Meta(min_length=1, description="Its columns, besides VALUE.")]
    location: Annotated[S3Uri, Meta(description="What the files' paths begin with, s3://bucket/folder/.")]
    storage_integration: Annotated[Column, Meta(description="Snowflake's right to read there; never keys.")]
    file_format: Annotated[FileFormat, Meta(description="How the files are written.")]
    stage: Annotated[QualifiedName | None, Meta(description="Name of the stage; default: <table>_stage.")] = None
    pattern: Annotated[NonEmpty | None, Meta(description="Regular expression that paths must match as a whole.")] = None
    partition_by: Annotated[
        list[Column], Meta(description="Columns that METADATA$FILENAME tells, so that queries skip files.")
    ] = []
    refresh: Annotated[bool, Meta(description="Take in the files that came and went.")] = True

    def check(self, task: Task) -> Iterator[Problem]:
        """Expressions that are expressions, partitions that are columns."""
        yield from self.file_format.problems(task, "file_format")
        for index, column in enumerate(self.columns):
            if wrong := column.wrong():
                yield Problem("wrong-type", f'"columns[{index}].from" {wrong}', task.place("columns", index, "from"))
        told = {column.name: _METADATA in (column.from_ or "").upper() for column in self.columns}
        for name in self.partition_by:
            if not told.get(name):
                message = f'"partition_by" names {name}, which is no column with {_METADATA} in its "from"'
                help_ = f"e.g. from: TO_DATE(SPLIT_PART({_METADATA}, '/', 3))"
                yield Problem("wrong-type", message, task.place("partition_by"), help_)

    def expand(self, task: Task) -> Expansion:
        """One task; the definitions can be read in it."""
        stage = self.stage or _with_suffix(self.table, "_stage")
        format_ = _with_suffix(self.table, "_format")
        url = f"URL = {literal(self.location.rstrip('/') + '/')}\nSTORAGE_INTEGRATION = {self.storage_integration}"
        objects = [
            {"kind": "STAGE", "name": stage, "definition": url},
            {"kind": "FILE FORMAT", "name": format_, "definition": self.file_format.sql()},
            {"kind": "EXTERNAL TABLE", "name": self.table, "definition": self._definition(stage, format_)},
        ]
        refresh = [f"ALTER EXTERNAL TABLE {self.table} REFRESH"] if self.refresh else []
        return self.send(task, "snowflake_tables.ExternalTableOperator", objects=objects, sql=refresh)

    def _definition(self, stage: str, format_: str) -> str:
        is_csv = self.file_format.type == "csv"
        in_files = [column for column in self.columns if column.name not in self.partition_by]
        position = {column.name: index for index, column in enumerate(in_files, start=1)}
        columns = [column.sql(position.get(column.name, 0), is_csv) for column in self.columns]
        partition = [f"PARTITION BY ({', '.join(self.partition_by)})"] if self.partition_by else []
        pattern = [f"PATTERN = {literal(self.pattern)}"] if self.pattern else []
        lines = [f"({', '.join(columns)})", *partition, f"LOCATION = @{stage}", "AUTO_REFRESH = FALSE", *pattern]
        return "\n".join([*lines, f"FILE_FORMAT = (FORMAT_NAME = {literal(format_)})"])


def _with_suffix(name: str, suffix: str) -> str:
    return f'{name[:-1]}{suffix}"' if name.endswith('"') else name + suffix


def _is_expression(text: str) -> bool:
    from sqlglot import exp  # its import costs: only for specs that hold SQL
    from sqlglot.errors import SqlglotError

    try:
        parsed = sqlglot_dialect("snowflake").parse(f"CAST({text} AS VARCHAR)")
    except SqlglotError:
        return False
    return len(parsed) == 1 and type(parsed[0]) is exp.Cast
