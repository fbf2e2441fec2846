"""`snowflake.copy`: files of S3 into a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta
from msgspec.structs import replace

from dagspec.facts import Facts
from dagspec.kinds import NonEmpty, S3Uri
from dagspec.operators.snowflake.copy_statements import copy_statements
from dagspec.operators.snowflake.file_format import FileFormat
from dagspec.operators.snowflake.statements import SnowflakeTask
from dagspec.operators.sql_options import END, Column, QualifiedName
from dagspec.problem import Problem
from dagspec.shared import Expansion, Task

OnError = Annotated[
    str,
    Meta(
        pattern=rf"^(abort_statement|continue|skip_file(_\d+%?)?){END}",
        extra_json_schema={"x-expected": "abort_statement, continue, skip_file or skip_file_<number>"},
    ),
]


class Copy(SnowflakeTask, frozen=True, kw_only=True):
    """Load files of S3 into a Snowflake table; a retry never loads them a second time."""

    name: ClassVar[str] = "snowflake.copy"
    facts: ClassVar[Facts] = replace(
        SnowflakeTask.facts,
        reads=("source",),
        writes=("table",),
        copy=("force", "on_error"),
        template_fields=("source", "prefix", "snowflake_conn_id", "warehouse", "database", "schema", "role"),
    )

    table: Annotated[QualifiedName, Meta(description="The table, which must exist.")]
    mode: Annotated[
        Literal["append", "truncate_insert", "merge"],
        Meta(description="Add the rows of new files; replace all rows; or replace the rows with the same keys."),
    ]
    file_format: Annotated[FileFormat, Meta(description="How the files are written.")]
    source: Annotated[S3Uri | None, Meta(description="What the files' paths begin with, s3://bucket/folder/.")] = None
    storage_integration: Annotated[Column | None, Meta(description="Snowflake's right to read `source`.")] = None
    stage: Annotated[QualifiedName | None, Meta(description="A stage, instead of `source`.")] = None
    prefix: Annotated[NonEmpty | None, Meta(description="Folder below the stage.")] = None
    pattern: Annotated[NonEmpty | None, Meta(description="Regular expression that paths must match as a whole.")] = None
    keys: Annotated[list[Column], Meta(description="For merge: the columns that tell rows apart.")] = []
    columns: Annotated[list[Column], Meta(description="For files without names: their columns, in their order.")] = []
    match_by_column_name: Annotated[
        Literal["case_insensitive", "case_sensitive", "none"] | None,
        Meta(description="Columns are found by name; default: case_insensitive, for csv without parse_header: none."),
    ] = None
    on_error: Annotated[OnError, Meta(description="What a bad row does.")] = "abort_statement"
    force: Annotated[bool, Meta(description="For append: load files again that are loaded already.")] = False

    @classmethod
    def facts_with(cls, arguments: dict[str, Any]) -> Facts:
        """Snowflake remembers the files that it has loaded; only `force` adds their rows again."""
        return replace(cls.facts, append=arguments.get("force") is True)

    def matching(self) -> str:
        """How columns are found."""
        if self.match_by_column_name:
            return self.match_by_column_name
        has_names = self.file_format.type != "csv" or self.file_format.parse_header
        return "case_insensitive" if has_names and not self.columns else "none"

    def check(self, task: Task) -> Iterator[Problem]:
        """Where the files are; what goes together."""
        yield from self.exactly_one(task, "source", "stage")
        yield from self.file_format.problems(task, "file_format")
        if self.source and not self.storage_integration:
            message = '"source" needs "storage_integration"'
            help_ = "the integration that may read there: COPY never gets keys"
            yield Problem("missing-key", message, task.place("source", key=True), help_)
        for option, needed in (("storage_integration", "source"), ("prefix", "stage")):
            if getattr(self, option) and not getattr(self, needed):
                message = f'"{option}" is for "{needed}", which is not there'
                yield Problem("wrong-type", message, task.place(option, key=True), "remove it")
        yield from self._wrong_columns(task)

    def expand(self, task: Task) -> Expansion:
        """One task; its statements can be read in it."""
        return self.send(task, "snowflake.StatementsOperator", sql=copy_statements(self))

    def _wrong_columns(self, task: Task) -> Iterator[Problem]:
        if self.mode == "merge" and not self.keys:
            yield Problem("missing-key", 'the mode merge needs "keys"', task.place("mode"), "e.g. keys: [id]")
        for option, mode in (("keys", "merge"), ("force", "append")):
            if getattr(self, option) and self.mode != mode:
                message = f'"{option}" is for the mode {mode}, not for {self.mode}'
                yield Problem("wrong-type", message, task.place(option, key=True), f"remove it, or use mode: {mode}")
        for key in self.keys:
            if self.columns and key not in self.columns:
                yield Problem("wrong-type", f'the key "{key}" is not one of "columns"', task.place("keys"))
        if self.columns and self.matching() != "none":
            message = '"columns" are for files without names, and "match_by_column_name" is for those with names'
            yield Problem("wrong-type", message, task.place("columns", key=True), "keep one of them")
