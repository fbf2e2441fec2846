"""Files as relations of DuckDB, with the columns that Snowflake gives to staged files."""

from __future__ import annotations

from collections.abc import Sequence
from glob import escape
from typing import Any

from duckdb import DuckDBPyConnection

from localcloud.snowflake.formats import FileFormat
from localcloud.snowflake.storage import StoredFile
from localcloud.snowflake.text import identifier, literal

FILENAME = "METADATA$FILENAME"
ROW_NUMBER = "METADATA$FILE_ROW_NUMBER"
_NO_ROWS = f'SELECT NULL::JSON AS "VALUE", NULL::VARCHAR AS "{FILENAME}" WHERE false'


def staged_rows(duck: DuckDBPyConnection, form: FileFormat, files: Sequence[StoredFile]) -> str:
    """A SELECT of `VALUE`, `$1` …, `METADATA$FILENAME` over all files: what a query on a stage sees.

    `VALUE` is a row as one variant: `c1`, `c2` … for CSV, the columns' own names for parquet.
    """
    if not files:
        return _NO_ROWS
    key = _key_of_path(files)
    if form.type == "CSV":
        return _csv_rows(form, files, width(duck, form, files), key)
    if form.type == "JSON":
        return f'SELECT json AS "VALUE", json AS "$1", {key} AS "{FILENAME}" FROM {_json_objects(form, files)}'  # noqa: S608 - quoted names
    row = "to_json(struct_pack(*COLUMNS(* EXCLUDE (filename, file_row_number))))"
    return (
        f'SELECT {row} AS "VALUE", "VALUE" AS "$1", {key} AS "{FILENAME}", file_row_number + 1 AS "{ROW_NUMBER}" '  # noqa: S608 - quoted names
        f"FROM {_parquet(files)}"
    )


def csv_columns(form: FileFormat, files: Sequence[StoredFile], count: int) -> str:
    """A SELECT of the text columns `c1` … `c<count>`; the options say whether other counts are an error."""
    columns = ", ".join(f"{_text(form, f'c{n}')} AS c{n}" for n in range(1, count + 1))
    return f"SELECT {columns}, filename FROM {_csv(form, files, count)}"  # noqa: S608 - quoted names


def named_columns(form: FileFormat, files: Sequence[StoredFile]) -> str:
    """A FROM item whose columns carry the names that the files give them."""
    if form.type == "PARQUET":
        return f"(SELECT * EXCLUDE (filename, file_row_number) FROM {_parquet(files)})"  # noqa: S608 - quoted names
    if form.type == "JSON":
        layout = "array" if form.strip_outer_array else "auto"
        return f"read_json({_paths(files)}, format = '{layout}', maximum_depth = 1)"
    settings = {**_csv_settings(form), "header": True, "all_varchar": True, "skip": form.skip_header}
    return f"read_csv({_paths(files)}, {_arguments(settings)})"


def types(duck: DuckDBPyConnection, relation: str) -> dict[str, str]:
    """The columns of a FROM item with DuckDB's types."""
    return {row[0]: row[1] for row in duck.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}  # noqa: S608 - quoted names


def width(duck: DuckDBPyConnection, form: FileFormat, files: Sequence[StoredFile]) -> int:
    """How many columns the CSV files have, at most."""
    settings = {**_csv_settings(form), "header": False, "all_varchar": True, "null_padding": True}
    settings |= {"union_by_name": True, "skip": form.skip_header}
    return len(types(duck, f"read_csv({_paths(files)}, {_arguments(settings)})"))


def _csv_rows(form: FileFormat, files: Sequence[StoredFile], count: int, key: str) -> str:
    numbers = range(1, count + 1)
    value = ", ".join(f"'c{n}', c{n}" for n in numbers)
    positions = ", ".join(f'c{n} AS "${n}"' for n in numbers)
    return (
        f'SELECT json_object({value}) AS "VALUE", {positions}, {key} AS "{FILENAME}" '  # noqa: S608 - quoted names
        f"FROM ({csv_columns(form, files, count)})"
    )


def _csv(form: FileFormat, files: Sequence[StoredFile], count: int) -> str:
    settings = {
        **_csv_settings(form),
        "header": False,
        "skip": form.skip_header + form.parse_header,
        "auto_detect": False,
        "null_padding": not form.exact_columns,
        "filename": True,
    }
    columns = ", ".join(f"c{n}: 'VARCHAR'" for n in range(1, count + 1))
    return f"read_csv({_paths(files)}, columns = {{{columns}}}, {_arguments(settings)})"


def _csv_settings(form: FileFormat) -> dict[str, Any]:
    settings: dict[str, Any] = {"delim": form.delimiter, "quote": form.quote, "escape": form.quote}
    # NULL_IF is applied in `_text`, because it holds for quoted fields too
    settings |= {"nullstr": "" if form.empty_is_null else "\x00", "allow_quoted_nulls": False}
    if form.compression not in ("AUTO", "AUTO_DETECT"):
        settings["compression"] = form.compression.lower()
    return settings


def _text(form: FileFormat, column: str) -> str:
    text = f"trim({column})" if form.trim_space else column
    nulls = ", ".join(literal(value) for value in form.null_if)
    return f"CASE WHEN {text} IN ({nulls}) THEN NULL ELSE {text} END" if nulls else text


def _json_objects(form: FileFormat, files: Sequence[StoredFile]) -> str:
    layout = "array" if form.strip_outer_array else "unstructured"
    return f"read_json_objects({_paths(files)}, format = '{layout}', filename = true)"


def _parquet(files: Sequence[StoredFile]) -> str:
    # folders like dt=2024-01-01 are no columns in Snowflake
    settings = "union_by_name = true, hive_partitioning = false, filename = true, file_row_number = true"
    return f"read_parquet({_paths(files)}, {settings})"


def _key_of_path(files: Sequence[StoredFile]) -> str:
    """METADATA$FILENAME leaves the bucket out; all files of a location are in one."""
    root = len(str(files[0].path)) - len(files[0].key)
    return f"substr(filename, {root + 1})"


def _paths(files: Sequence[StoredFile]) -> str:
    return "[" + ", ".join(literal(escape(str(file.path))) for file in files) + "]"


def _arguments(settings: dict[str, Any]) -> str:
    return ", ".join(f"{identifier(name)} = {literal(value)}" for name, value in settings.items())
