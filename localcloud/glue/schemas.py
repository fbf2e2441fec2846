"""What a file holds: its format, its columns in Glue's types, its number of rows."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from localcloud.glue.types import glue_type

_COMPRESSIONS = {".gz": "gzip", ".bz2": "bzip2", ".zst": "zstd"}
_SUFFIXES = {
    ".parquet": "parquet",
    ".orc": "orc",
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}
_DELIMITERS = (",", "|", "\t", ";", "\x01")


class UnreadableError(Exception):
    """A file that is not what its name or its beginning says; the message tells why."""


@dataclass(frozen=True)
class Schema:
    """One file: its classification, its columns with their types, its rows; for CSV the delimiter and the header."""

    classification: str
    columns: dict[str, str]
    rows: int
    compression: str = "none"
    delimiter: str = ""
    header: bool = False


def read(file: Path) -> Schema:
    """Look into a file. UnreadableError if no format fits."""
    suffixes = [suffix.lower() for suffix in file.suffixes]
    compression = _COMPRESSIONS.get(suffixes[-1] if suffixes else "", "none")
    plain = suffixes[:-1] if compression != "none" else suffixes
    kind = _SUFFIXES.get(plain[-1] if plain else "") or _guess(file)
    try:
        return _READERS[kind](file, compression)
    except (pa.ArrowException, ValueError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise UnreadableError(f"{file.name} cannot be read as {kind}: {reason}") from error


def _guess(file: Path) -> str:
    with _open(file) as stream:
        start = stream.read(64)
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"ORC"):
        return "orc"
    return "json" if start.lstrip()[:1] in (b"{", b"[") else "csv"


def _open(file: Path) -> Any:
    return pa.input_stream(str(file), compression="detect")


def _parquet(file: Path, _compression: str) -> Schema:
    from pyarrow import parquet

    found = parquet.ParquetFile(file)
    return Schema("parquet", _columns(found.schema_arrow), found.metadata.num_rows)


def _orc(file: Path, _compression: str) -> Schema:
    from pyarrow import orc

    found = orc.ORCFile(file)
    return Schema("orc", _columns(found.schema), found.nrows)


def _csv(file: Path, compression: str) -> Schema:
    from pyarrow import csv as arrow_csv

    with _open(file) as stream:
        first = stream.read(64 * 1024).decode("utf-8-sig", "replace").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    names = next(csv.reader([first.rstrip("\r")], delimiter=delimiter), [])
    header = _is_header(names)
    table = arrow_csv.read_csv(
        file,
        read_options=arrow_csv.ReadOptions(column_names=None if header else [f"col{n}" for n in range(len(names))]),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=lambda _: "skip"
        ),
        convert_options=arrow_csv.ConvertOptions(null_values=[""]),
    )
    return Schema("csv", _text_columns(table.schema), table.num_rows, compression, delimiter, header)


def _is_header(cells: list[str]) -> bool:
    """Whether a first line names columns: no cell is empty, a number or there twice."""
    named = [cell.strip() for cell in cells]
    return len(set(named)) == len(named) and all(cell and not _is_number(cell) for cell in named)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _json(file: Path, compression: str) -> Schema:
    from pyarrow import json as arrow_json

    with _open(file) as stream:
        is_array = stream.read(64).lstrip().startswith(b"[")
    if is_array:
        with _open(file) as stream:
            table = _table(json.loads(stream.read()))
    else:
        with _open(file) as stream:
            table = arrow_json.read_json(stream)
    return Schema("json", _text_columns(table.schema), table.num_rows, compression)


def _table(records: list[dict[str, Any]]) -> Any:
    names = dict.fromkeys(name for record in records for name in record)
    return pa.table({name: [record.get(name) for record in records] for name in names})


def _columns(schema: Any) -> dict[str, str]:
    return {field.name.strip().lower(): glue_type(field.type) for field in schema}


def _text_columns(schema: Any) -> dict[str, str]:
    """Columns of a text format: as with Glue's classifiers, dates and times stay text."""
    types = _columns(schema)
    return {name: "string" if kind in ("timestamp", "date") else kind for name, kind in types.items()}


_READERS = {"parquet": _parquet, "orc": _orc, "csv": _csv, "json": _json}
