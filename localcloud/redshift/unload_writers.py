"""Files of an UNLOAD in their formats."""

from __future__ import annotations

import bz2
import gzip
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from localcloud.redshift.columns import ResultColumn
from localcloud.redshift.unload_options import UnloadOptions

Row = Sequence[str | None]
# numbers of PostgreSQL's types
_BOOL, _BYTES, _DATE, _TIMESTAMP, _TIMESTAMPTZ, _NUMERIC, _JSON = 16, 17, 1082, 1114, 1184, 1700, 3802
_PLAIN_IN_JSON = (_BOOL, 20, 21, 23, 700, 701, _NUMERIC, _JSON)


class Writer(ABC):
    """A file that grows."""

    def __init__(self, path: Path, columns: Sequence[ResultColumn], options: UnloadOptions) -> None:
        self.path = path
        self.columns = columns
        self.options = options
        self.raw: IO[bytes] = path.open("wb")

    @abstractmethod
    def write(self, rows: Sequence[Row]) -> None:
        """Add rows."""

    def size(self) -> int:
        """Bytes so far."""
        return self.raw.tell()

    def close(self) -> None:
        """Write what is pending; harmless when repeated."""
        self.raw.close()


def writer(path: Path, columns: Sequence[ResultColumn], options: UnloadOptions) -> Writer:
    """The writer for a format."""
    kinds: dict[str, type[Writer]] = {"PARQUET": _Parquet, "CSV": _Csv, "JSON": _Json, "TEXT": _Text}
    return kinds[options.form](path, columns, options)


class _Lines(Writer):
    """Text, compressed or not."""

    def __init__(self, path: Path, columns: Sequence[ResultColumn], options: UnloadOptions) -> None:
        super().__init__(path, columns, options)
        self._stream = _compressed(self.raw, options.compression)
        self.lines = io.TextIOWrapper(self._stream, "utf-8", newline="", write_through=True)
        if options.has("HEADER"):
            self.write([[column.name for column in columns]])

    def close(self) -> None:
        if not self.lines.closed:
            self.lines.close()
        super().close()


class _Csv(_Lines):
    def write(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self.lines.write(self.options.delimiter.join(map(self._field, row)) + "\n")

    def _field(self, value: str | None) -> str:
        """Python's own writer leaves a lone carriage return without quotes, which ends the record for a reader."""
        if value is None:
            return self.options.null
        if not any(special in value for special in (self.options.delimiter, '"', "\n", "\r")):
            return value
        return '"' + value.replace('"', '""') + '"'


class _Text(_Lines):
    def write(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self.lines.write(self.options.delimiter.join(map(self._field, row)) + "\n")

    def _field(self, value: str | None) -> str:
        if value is None:
            return self.options.null
        if self.options.has("ESCAPE"):
            for special in ("\\", "\n", "\r", self.options.delimiter, '"', "'"):
                value = value.replace(special, f"\\{special}")
        return f'"{value}"' if self.options.has("ADDQUOTES") else value


class _Json(_Lines):
    def write(self, rows: Sequence[Row]) -> None:
        for row in rows:
            fields = zip(self.columns, row, strict=True)
            self.lines.write(
                "{" + ",".join(f"{json.dumps(c.name)}:{_in_json(c, value)}" for c, value in fields) + "}\n"
            )


class _Parquet(Writer):
    def __init__(self, path: Path, columns: Sequence[ResultColumn], options: UnloadOptions) -> None:
        import pyarrow as pa  # heavy: only who unloads Parquet pays
        import pyarrow.parquet as pq

        super().__init__(path, columns, options)
        self._schema = pa.schema([(column.name, _arrow_type(pa, column)) for column in columns])
        self._output = pq.ParquetWriter(self.raw, self._schema, compression="snappy")

    def write(self, rows: Sequence[Row]) -> None:
        import pyarrow as pa

        values = list(zip(*rows, strict=True)) if rows else [()] * len(self.columns)
        pairs = zip(self.columns, values, self._schema, strict=True)
        arrays = [pa.array(_ready(column, texts)).cast(field.type) for column, texts, field in pairs]
        self._output.write_table(pa.table(arrays, schema=self._schema))

    def close(self) -> None:
        self._output.close()
        super().close()


def _compressed(raw: IO[bytes], compression: str) -> Any:
    if compression == "GZIP":
        return gzip.GzipFile(fileobj=raw, mode="wb")
    if compression == "BZIP2":
        return bz2.BZ2File(raw, "wb")
    if compression == "ZSTD":
        import pyarrow as pa

        return pa.CompressedOutputStream(raw, "zstd")
    return raw


def _in_json(column: ResultColumn, value: str | None) -> str:
    if value is None:
        return "null"
    if column.type == _BOOL:
        return "true" if value == "t" else "false"
    is_number_or_json = column.type in _PLAIN_IN_JSON and value not in ("NaN", "Infinity", "-Infinity")
    return value if is_number_or_json else json.dumps(value, ensure_ascii=False)


def _arrow_type(pa: Any, column: ResultColumn) -> Any:
    if column.type == _NUMERIC:
        return pa.decimal128((column.modifier - 4) >> 16, (column.modifier - 4) & 0xFFFF)
    known = {
        _BOOL: pa.bool_(), 20: pa.int64(), 21: pa.int16(), 23: pa.int32(), 700: pa.float32(), 701: pa.float64(),
        _DATE: pa.date32(), _TIMESTAMP: pa.timestamp("us"), _TIMESTAMPTZ: pa.timestamp("us", "UTC"),
        _BYTES: pa.binary(),
    }  # fmt: skip
    return known.get(column.type, pa.string())


def _ready(column: ResultColumn, texts: Sequence[str | None]) -> Any:
    """The texts as values that Arrow casts to the column's type."""
    import pyarrow as pa

    if column.type == _BOOL:
        return [None if text is None else text == "t" for text in texts]
    if column.type == _TIMESTAMPTZ:
        return pa.array(
            [None if text is None else datetime.fromisoformat(text) for text in texts], pa.timestamp("us", "UTC")
        )
    if column.type == _BYTES:
        return pa.array([None if text is None else bytes.fromhex(text[2:]) for text in texts], pa.binary())
    return pa.array(texts, pa.string())
