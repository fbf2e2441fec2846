"""Look into a parquet, CSV or JSON object: rows, columns and the first rows."""

from __future__ import annotations

import csv
import io
import itertools
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import pyarrow
from botocore.exceptions import BotoCoreError, ClientError
from pyarrow import parquet

from dagspec.run.wording import first_line

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MEMORY_BYTES = 32_000_000
# ArithmeticError: a date beyond what Python can hold
_UNREADABLE = (pyarrow.ArrowException, ClientError, BotoCoreError, OSError, ValueError, ArithmeticError, csv.Error)
_COMPRESSIONS = {"gz": "gzip", "bz2": "bz2", "zst": "zstd"}


class UnreadableError(Exception):
    """An object whose content cannot be shown, and why."""


@dataclass(frozen=True)
class Content:
    """A table's size and beginning; ``sample`` holds one dict for each row."""

    rows: int
    columns: list[str]
    sample: list[dict[str, Any]]


def file_format(key: str) -> str:
    """Return the format that the name tells: ``parquet``, ``csv``, ``json`` or what else it ends with."""
    endings = key.rsplit("/", 1)[-1].lower().split(".")[1:]
    plain = [ending for ending in endings if ending not in _COMPRESSIONS]
    name = plain[-1] if plain else "file"
    return {"jsonl": "json", "ndjson": "json"}.get(name, name)


def peek(client: S3Client, bucket: str, key: str, rows: int) -> Content:
    """Return what an object holds, with at most ``rows`` rows of sample; raise ``UnreadableError``."""
    reader = _READERS.get(file_format(key))
    if reader is None:
        raise UnreadableError("no table")
    # A large object goes through a file, not through memory.
    with tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES) as file:
        try:
            client.download_fileobj(bucket, key, file)
            file.seek(0)
            return reader(file, key, rows)
        except _UNREADABLE as error:
            raise UnreadableError(f"unreadable: {first_line(error)}") from error
        except (LookupError, RecursionError) as error:  # their texts say little: an unknown time zone's name alone
            raise UnreadableError(f"unreadable: {type(error).__name__}: {first_line(error)}") from error


def _read_parquet(file: IO[bytes], key: str, rows: int) -> Content:
    del key
    table = parquet.ParquetFile(file)
    sample = next(table.iter_batches(batch_size=rows), None) if rows else None
    first = sample.to_pylist() if sample is not None else []
    return Content(table.metadata.num_rows, table.schema_arrow.names, first)


def _read_csv(file: IO[bytes], key: str, rows: int) -> Content:
    # The standard reader keeps every value as it is written and streams; the first line is the header.
    with io.TextIOWrapper(_uncompressed(file, key), encoding="utf-8", newline="") as text:
        reader = filter(None, csv.reader(text))  # a blank line is no row
        columns = next(reader, [])
        sample = [dict(zip(columns, row, strict=False)) for row in itertools.islice(reader, rows)]
        return Content(len(sample) + sum(1 for _ in reader), columns, sample)


def _read_json(file: IO[bytes], key: str, rows: int) -> Content:
    # One object a line. The standard reader refuses deep nesting, where pyarrow's overflows the stack.
    columns: dict[str, None] = {}
    sample: list[dict[str, Any]] = []
    count = 0
    with io.TextIOWrapper(_uncompressed(file, key), encoding="utf-8") as text:
        for record in map(_record, filter(str.strip, text)):
            columns |= dict.fromkeys(record)
            count += 1
            if count <= rows:
                sample.append(record)
    return Content(count, list(columns), sample)


def _record(line: str) -> dict[str, Any]:
    value = json.loads(line)
    if not isinstance(value, dict):
        raise ValueError("a line is no JSON object")
    return value


def _uncompressed(file: IO[bytes], key: str) -> pyarrow.NativeFile:
    compression = _COMPRESSIONS.get(key.rsplit(".", 1)[-1].lower())
    return pyarrow.input_stream(file, compression=compression)


_READERS: dict[str, Callable[[IO[bytes], str, int], Content]] = {
    "parquet": _read_parquet,
    "csv": _read_csv,
    "json": _read_json,
}
