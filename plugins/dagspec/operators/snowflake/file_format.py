"""How files of a stage are written, as Snowflake's FILE_FORMAT has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from dagspec.kinds import Natural
from dagspec.problem import Problem
from dagspec.shared import Task
from dagspec.spec import Keys
from dagspec.sql_literals import literal, value_sql

_OF_CSV = {
    "record_delimiter",
    "field_delimiter",
    "skip_header",
    "parse_header",
    "field_optionally_enclosed_by",
    "escape",
    "encoding",
    "error_on_column_count_mismatch",
    "empty_field_as_null",
    "skip_blank_lines",
}
_OF_TEXT = {"compression", "date_format", "time_format", "timestamp_format", "null_if", "trim_space"}
_TAKES = {
    "csv": _OF_CSV | _OF_TEXT,
    "json": _OF_TEXT | {"strip_outer_array", "strip_null_values"},
    "parquet": {"compression", "binary_as_text", "use_logical_type", "null_if", "trim_space"},
}


class FileFormat(Keys, frozen=True):
    """The kind of files and Snowflake's options for it; what is left out has Snowflake's default."""

    type: Annotated[Literal["parquet", "csv", "json"], Meta(description="Of the files.")]
    compression: Annotated[str | None, Meta(description="E.g. gzip; Snowflake finds out by itself.")] = None
    record_delimiter: str | None = None
    field_delimiter: str | None = None
    skip_header: Annotated[Natural | None, Meta(description="Lines before the first row.")] = None
    parse_header: Annotated[bool | None, Meta(description="The first line has the columns' names.")] = None
    field_optionally_enclosed_by: str | None = None
    escape: str | None = None
    encoding: str | None = None
    error_on_column_count_mismatch: bool | None = None
    empty_field_as_null: bool | None = None
    skip_blank_lines: bool | None = None
    date_format: str | None = None
    time_format: str | None = None
    timestamp_format: str | None = None
    null_if: Annotated[list[str] | None, Meta(description="Texts that stand for NULL.")] = None
    trim_space: bool | None = None
    strip_outer_array: Annotated[bool | None, Meta(description="A file is one array of rows.")] = None
    strip_null_values: bool | None = None
    binary_as_text: bool | None = None
    use_logical_type: bool | None = None

    def problems(self, task: Task, *path: str) -> Iterator[Problem]:
        """Options that the type does not have."""
        for name in self._options():
            if name not in _TAKES[self.type]:
                message = f'files of type {self.type} have no "{name}"'
                help_ = f"they have {', '.join(sorted(_TAKES[self.type]))}"
                yield Problem("wrong-type", message, task.place(*path, name, key=True), help_)

    def sql(self) -> str:
        """`TYPE = PARQUET …`, for FILE_FORMAT and CREATE FILE FORMAT."""
        given = [f"{name.upper()} = {_value(value)}" for name, value in self._options().items()]
        return " ".join([f"TYPE = {self.type.upper()}", *given])

    def _options(self) -> dict[str, Any]:
        given = msgspec.structs.asdict(self)
        return {name: value for name, value in given.items() if name != "type" and value is not None}


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"({', '.join(map(literal, value))})"
    return literal(value) if isinstance(value, str) else value_sql(value)
