"""The rows of a COPY in the form that PostgreSQL reads, and where each of them came from."""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import IO

from localcloud.redshift import copy_json, copy_rows
from localcloud.redshift.copy_columns import Column
from localcloud.redshift.copy_convert import converter
from localcloud.redshift.copy_options import CopyOptions
from localcloud.redshift.copy_rejects import Rejects
from localcloud.redshift.copy_row import Row, RowError, Value
from localcloud.redshift.copy_source import Source, open_bytes
from localcloud.redshift.errors import INTERNAL_ERROR, SqlError

_CHUNK_BYTES = 1 << 16
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_BROKEN = (OSError, EOFError, zlib.error)


class Stream:
    """Reads file after file; memory does not grow with them, but for four bytes a row."""

    def __init__(
        self,
        columns: Sequence[Column],
        sources: Sequence[Source],
        options: CopyOptions,
        paths: list[copy_json.Steps] | None,
        rejects: Rejects,
    ) -> None:
        self._columns = columns
        self._sources = sources
        self._options = options
        self._paths = paths
        self._rejects = rejects
        self._first_rows: list[int] = []
        self._lines = array("I")
        self._convert = converter(columns, options)

    @property
    def rows(self) -> int:
        """How many rows were sent."""
        return len(self._lines)

    def place(self, row: int) -> tuple[Source, int]:
        """File and line of the row with this number, from 1."""
        file = bisect_right(self._first_rows, row - 1) - 1
        return self._sources[file], self._lines[row - 1]

    def chunks(self) -> Iterator[bytes]:
        """All rows, some ten kilobytes at a time. SqlError if a file cannot be read."""
        lines: list[str] = []
        size = 0
        for line in self._encoded():
            lines.append(line)
            size += len(line)
            if size > _CHUNK_BYTES:
                yield "".join(lines).encode()
                lines, size = [], 0
        yield "".join(lines).encode()

    def _encoded(self) -> Iterator[str]:
        for source in self._sources:
            self._first_rows.append(self.rows)
            rows = self._parquet(source) if self._options.form == "PARQUET" else self._fitted(source)
            for values, line in rows:
                self._lines.append(line)
                yield _encode(values)
            if self._rejects.too_many():
                return

    def _parquet(self, source: Source) -> Iterator[tuple[Sequence[Value], int]]:
        from localcloud.redshift import copy_parquet  # pyarrow is heavy: only who loads Parquet pays

        try:
            number = 0
            for batch in copy_parquet.read_parquet(source, self._columns, self._options):
                for values in zip(*batch, strict=True):
                    number += 1
                    yield values, number
        except copy_parquet.ScanError as error:
            self._rejects.add(source, 0, RowError(15007, error.reason, error.column))
            raise

    def _fitted(self, source: Source) -> Iterator[tuple[Sequence[Value], int]]:
        try:
            with open_bytes(source, self._options.compression) as stream:
                yield from self._checked(source, stream)
        except _BROKEN as error:
            what = self._options.compression or "file"
            raise SqlError(INTERNAL_ERROR, f"S3 object {source.url} cannot be read as {what}: {error}") from error

    def _checked(self, source: Source, stream: IO[bytes]) -> Iterator[tuple[Sequence[Value], int]]:
        """The rows that fit, until too many others were refused."""
        rows = self._read(stream)
        line = 0
        while True:
            try:
                row = next(rows)
                line = row.line
                fitted = self._convert(row.checked())
            except StopIteration:
                return
            except RowError as problem:
                self._rejects.add(source, line, problem)
                if self._rejects.too_many():
                    return  # PostgreSQL is to see what comes before: an earlier row may be wrong, too
            else:
                yield fitted, line

    def _read(self, stream: IO[bytes]) -> Iterator[Row]:
        if self._options.form == "JSON":
            return copy_json.read_json(stream, self._columns, self._paths, self._options)
        read = copy_rows.read_csv if self._options.form == "CSV" else copy_rows.read_text
        return read(stream, len(self._columns), self._options)


def _encode(values: Sequence[Value]) -> str:
    """A line of PostgreSQL's text format."""
    return "\t".join("\\N" if value is None else value.translate(_ESCAPES) for value in values) + "\n"
