"""Rows of Parquet files: columns are matched by their place, and their types must agree."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from localcloud.redshift.copy_columns import Column
from localcloud.redshift.copy_options import CopyOptions
from localcloud.redshift.copy_row import Value
from localcloud.redshift.copy_source import Source
from localcloud.redshift.errors import INTERNAL_ERROR, SqlError

_BATCH_ROWS = 8192
# Redshift's scan reads what is stored: a wider or narrower number is another type
_FITTING = {
    "smallint": ("int8", "int16", "int32", "uint8"),
    "integer": ("int8", "int16", "int32", "uint8", "uint16"),
    "bigint": ("int64", "uint32"),
    "real": ("float",),
    "double precision": ("double",),
    "boolean": ("bool",),
    "date": ("date32[day]",),
    "bytea": ("binary",),
    "character varying": ("string", "large_string", "binary"),
    "character": ("string", "large_string", "binary"),
}
_DETAIL = """
  -----------------------------------------------
  error:  Spectrum Scan Error
  code:      15007
  context:   {}
  -----------------------------------------------
"""


class ScanError(SqlError):
    """Redshift's error for a file that cannot be scanned; the reason is in the detail."""

    def __init__(self, reason: str, column: Column | None = None) -> None:
        super().__init__(INTERNAL_ERROR, "Spectrum Scan Error", detail=_DETAIL.format(reason))
        self.reason = reason
        self.column = column


def read_parquet(source: Source, columns: Sequence[Column], options: CopyOptions) -> Iterator[list[list[Value]]]:
    """The columns' values as texts, some thousand rows at a time. ScanError."""
    try:
        with pq.ParquetFile(source.path) as file:
            _check(source, file.schema_arrow, columns, options)
            for batch in file.iter_batches(_BATCH_ROWS):
                yield _texts(source, batch, columns)
    except (pa.ArrowException, OSError) as error:
        raise ScanError(f"File '{source.url}' is not a readable Parquet file: {error}") from error


def _check(source: Source, schema: pa.Schema, columns: Sequence[Column], options: CopyOptions) -> None:
    missing = len(columns) - len(schema)
    if missing < 0 or (missing > 0 and not options.has("FILLRECORD")):
        raise ScanError(
            f"Unmatched number of columns between table and file. Table columns: {len(columns)}, "
            f"Data columns: {len(schema)}, File name: {source.url}"
        )
    for column, field in zip(columns, schema, strict=False):
        if not _fits(column, field.type, options):
            raise ScanError(
                f"File '{source.url}' has an incompatible Parquet schema for column '{source.url}.{field.name}'. "
                f"Column type: {column.redshift_type.upper()}, Parquet schema: optional {field.type} {field.name}",
                column,
            )


def _fits(column: Column, kind: pa.DataType, options: CopyOptions) -> bool:
    if pa.types.is_null(kind):
        return True
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if column.type == "numeric":
        return pa.types.is_decimal(kind)
    if column.type.startswith("timestamp"):
        return pa.types.is_timestamp(kind)
    if column.type == "jsonb":
        return pa.types.is_nested(kind) and options.has("SERIALIZETOJSON")
    return str(kind) in _FITTING.get(column.type, ())


def _texts(source: Source, batch: pa.RecordBatch, columns: Sequence[Column]) -> list[list[Value]]:
    found = [_column(source, batch.column(place), column) for place, column in enumerate(columns[: batch.num_columns])]
    absent: list[Value] = [None] * batch.num_rows
    return [*found, *(absent for _ in columns[batch.num_columns :])]


def _column(source: Source, data: pa.Array, column: Column) -> list[Value]:
    if data.null_count and column.required:
        raise ScanError(f"The column {column.name} is NOT NULL, but '{source.url}' has nothing there in a row", column)
    if column.type == "bytea":
        return [None if value is None else f"\\x{value.hex()}" for value in data.to_pylist()]
    if pa.types.is_nested(data.type):
        return [None if value is None else json.dumps(value, default=str) for value in data.to_pylist()]
    texts: list[Value] = pc.cast(data, pa.string()).to_pylist()
    if column.length:
        _check_lengths(source, texts, column)
    return texts


def _check_lengths(source: Source, texts: Sequence[Any], column: Column) -> None:
    longest = max((len(text.encode()) for text in texts if text is not None), default=0)
    if longest > column.length:
        raise ScanError(
            f"The length of the data column {column.name} is longer than the length defined in the table. "
            f"Table: {column.length}, Data: {longest}, File name: {source.url}",
            column,
        )
