"""Result sets on disk, one JSON list of texts a line, and the pages that the API gives of them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.pq import ExecStatus

from localcloud.redshift.data_api_errors import ValidationError
from localcloud.redshift.data_api_statement import Query

# a page of the API ends with the row that passes this
PAGE_BYTES = 1_000_000
_UNKNOWN_TYPE = "varchar"
_TYPES = {
    16: "bool",
    17: "varbyte",
    18: "char",
    19: "name",
    20: "int8",
    21: "int2",
    23: "int4",
    26: "oid",
    114: "super",
    700: "float4",
    701: "float8",
    1042: "bpchar",
    1082: "date",
    1083: "time",
    1114: "timestamp",
    1184: "timestamptz",
    1186: "interval",
    1266: "timetz",
    1700: "numeric",
    3802: "super",
    4000: "super",
}
_INTEGERS = {"int2", "int4", "int8", "oid"}
_FLOATS = {"float4", "float8"}
_SIGNED = {"int2", "int4", "int8", "float4", "float8", "numeric"}
_PRECISIONS = {"int2": 5, "int4": 10, "int8": 19, "float4": 8, "float8": 17}
_TOKEN = re.compile(r"\d{1,18}")
Row = list[str | None]


@dataclass(frozen=True)
class Page:
    """Some rows, and where the next ones begin."""

    rows: list[Row]
    next_token: str | None


class Results:
    """The result sets of one region's statements."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, query: Query, cursor: psycopg.Cursor[Any]) -> None:
        """Note what a query gave: its rows on disk, or how many it touched."""
        result = cursor.pgresult
        query.rows = cursor.rowcount
        if result is None or result.status != ExecStatus.TUPLES_OK:
            query.size = 0
            return
        file = self.file(query.id)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8") as lines:
            for row in _texts(result):
                lines.write(json.dumps(row) + "\n")
        query.size = file.stat().st_size
        query.columns = [_metadata(column) for column in cursor.description or ()]

    def page(self, query: Query, token: str) -> Page:
        """The rows from a token on. ValidationException if the token is none of ours."""
        start = int(token or 0) if _TOKEN.fullmatch(token or "0") else -1
        rows: list[Row] = []
        with self.file(query.id).open("rb") as lines:
            if not 0 <= start <= query.size:
                raise ValidationError("NextToken is not valid for this statement.")
            lines.seek(start)
            while lines.tell() - start < PAGE_BYTES and (line := lines.readline()):
                rows.append(_row(line))
            end = lines.tell()
        return Page(rows, str(end) if end < query.size else None)

    def remove(self, query: Query) -> None:
        """Forget a result set; harmless if there is none."""
        self.file(query.id).unlink(missing_ok=True)

    def file(self, query_id: str) -> Path:
        """Where a query's rows are."""
        return self.folder / f"{query_id.replace(':', '-')}.jsonl"


def as_fields(page: Page, columns: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The rows as GetStatementResult gives them: one typed field a value."""
    types = [column["typeName"] for column in columns]
    return [[_field(text, kind) for text, kind in zip(row, types, strict=True)] for row in page.rows]


def as_csv(page: Page, columns: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The rows as GetStatementResultV2 gives them: CSV with a line of names; NULL is empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(column["name"] for column in columns)
    writer.writerows(page.rows)
    return [{"CSVRecords": text.getvalue()}]


def _row(line: bytes) -> Row:
    row: Row = json.loads(line)
    return row


def _texts(result: Any) -> Iterator[Row]:
    """The server's own texts, so that no value is changed on its way through Python."""
    for row in range(result.ntuples):
        values = (result.get_value(row, column) for column in range(result.nfields))
        yield [None if value is None else value.decode() for value in values]


def _metadata(column: psycopg.Column) -> dict[str, Any]:
    kind = _TYPES.get(column.type_code, _UNKNOWN_TYPE)
    return {
        "name": column.name,
        "label": column.name,
        "typeName": kind,
        "isSigned": kind in _SIGNED,
        "isCaseSensitive": kind in ("varchar", "bpchar", "char"),
        "isCurrency": False,
        "nullable": 1,
        "precision": column.precision or column.display_size or _PRECISIONS.get(kind, 0),
        "scale": column.scale or 0,
        "length": 0,
        "schemaName": "",
        "tableName": "",
    }


def _field(text: str | None, kind: str) -> dict[str, Any]:
    if text is None:
        return {"isNull": True}
    if kind in _INTEGERS:
        return {"longValue": int(text)}
    if kind in _FLOATS:
        return {"doubleValue": float(text)}
    if kind == "bool":
        return {"booleanValue": text == "t"}
    if kind == "varbyte":
        return {"blobValue": bytes.fromhex(text.removeprefix("\\x"))}
    return {"stringValue": text}
