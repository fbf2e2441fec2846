"""COPY INTO <location>: the rows of a table or of a query as one file, that appears when it is complete."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from fakesnow.dialect import parse_one

from localcloud.s3.files import UPLOAD_PREFIX
from localcloud.snowflake.errors import syntax, unsupported
from localcloud.snowflake.formats import FileFormat
from localcloud.snowflake.locations import file_format, location
from localcloud.snowflake.results import rows
from localcloud.snowflake.text import QUALIFIED, identifier, literal, options, take_parentheses

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

UNLOAD = re.compile(
    r"COPY INTO (?P<to>'[^']+'|@\S+) ?FROM ?"
    rf"(?:(?P<query>\()|(?P<table>{QUALIFIED}))(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_KNOWN = ("FILE_FORMAT", "OVERWRITE", "SINGLE", "HEADER", "MAX_FILE_SIZE", "STORAGE_INTEGRATION", "INCLUDE_QUERY_ID")
_SUFFIXES = {"none": "", "gzip": ".gz", "zstd": ".zst"}


def copy_into_location(cursor: LocalCursor, found: re.Match[str]) -> str:
    """`COPY INTO @s/path/ FROM (SELECT …) FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE OVERWRITE = TRUE`"""
    query, rest = (
        take_parentheses("(" + found["rest"]) if found["query"] else (f"SELECT * FROM {found['table']}", found["rest"])  # noqa: S608 - quoted names
    )
    given = options(rest)
    if unknown := [name for name in given if name not in _KNOWN]:
        raise unsupported(f"the unload option {unknown[0]}", f"it knows {', '.join(_KNOWN)}")
    place = location(cursor, found["to"].strip("'"))
    form = file_format(cursor, given.get("FILE_FORMAT"), place)
    url = _file_url(place.url, form, single=bool(given.get("SINGLE", False)))
    target = cursor.storage.path(url)
    if target.exists() and not given.get("OVERWRITE", False):
        raise syntax(f"Files already existing at the unload destination: {url}. Use OVERWRITE = TRUE to replace them.")
    count = _write(cursor, cursor.translate(parse_one(query)), target, form, header=bool(given.get("HEADER", False)))
    size = target.stat().st_size if count else 0
    return rows(("rows_unloaded", "input_bytes", "output_bytes"), [(count, size, size)])


def _file_url(url: str, form: FileFormat, *, single: bool) -> str:
    """`path/` becomes `path/data_0_0_0.csv.gz`, `path/name` becomes `path/name_0_0_0.csv.gz`, as in Snowflake."""
    if single:
        return f"{url}data" if url.endswith("/") else url
    suffix = ".snappy.parquet" if form.type == "PARQUET" else f".{form.type.lower()}{_SUFFIXES[_compression(form)]}"
    return f"{url}{'data' if url.endswith('/') else ''}_0_0_0{suffix}"


def _write(cursor: LocalCursor, query: str, target: Path, form: FileFormat, *, header: bool) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    upload = target.with_name(f"{UPLOAD_PREFIX}{uuid4().hex}")
    select = _select(cursor, query, form, header=header)
    try:
        copied = cursor.duck.execute(f"COPY ({select}) TO {literal(str(upload))} ({_settings(form, header=header)})")
        (count,) = copied.fetchone() or (0,)
        if count:
            upload.replace(target)
    finally:
        upload.unlink(missing_ok=True)
    return int(count)


def _select(cursor: LocalCursor, query: str, form: FileFormat, *, header: bool) -> str:
    described = cursor.duck.execute(f"DESCRIBE {query}").fetchall()
    if form.type == "JSON":
        if len(described) != 1:
            raise syntax("JSON files are unloaded from one VARIANT column: SELECT OBJECT_CONSTRUCT(*) FROM ….")
        return f"SELECT CAST(to_json(v) AS VARCHAR) FROM ({query}) AS t(v)"  # noqa: S608 - quoted names
    if form.type == "PARQUET" and not header:
        names = ", ".join(identifier(f"_COL_{n}") for n in range(len(described)))
        return f"SELECT * FROM ({query}) AS t({names})"  # noqa: S608 - quoted names
    return query


def _settings(form: FileFormat, *, header: bool) -> str:
    if form.type == "PARQUET":
        return "FORMAT parquet, COMPRESSION snappy"
    compression = f"COMPRESSION {_compression(form)}"
    if form.type == "JSON":
        # one column of JSON text a line: a delimiter that no JSON text has keeps CSV's quotes away
        return f"FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE '', {compression}"
    null = form.null_if[0] if form.null_if else ""
    settings: dict[str, Any] = {"DELIMITER": form.delimiter, "QUOTE": form.quote, "ESCAPE": form.quote, "NULLSTR": null}
    written = ", ".join(f"{name} {literal(value)}" for name, value in settings.items())
    return f"FORMAT csv, HEADER {json.dumps(header)}, {written}, {compression}"


def _compression(form: FileFormat) -> str:
    """AUTO means gzip when unloading."""
    return "gzip" if form.compression in ("AUTO", "AUTO_DETECT") else form.compression.lower()
