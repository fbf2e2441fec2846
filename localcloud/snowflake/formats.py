"""File formats: named, on a stage, or written in the statement; checked, with Snowflake's defaults."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from duckdb import DuckDBPyConnection
from fakesnow.transforms.file_format import lookup_file_format

from localcloud.snowflake.errors import syntax, unsupported

_TYPES = ("CSV", "JSON", "PARQUET")
_CSV_COMPRESSIONS = {"AUTO": "auto", "AUTO_DETECT": "auto", "NONE": "none", "GZIP": "gzip", "ZSTD": "zstd"}
_HARMLESS = (
    "TYPE",
    "COMMENT",
    "SNAPPY_COMPRESSION",
    "BINARY_AS_TEXT",
    "USE_LOGICAL_TYPE",
    "ALLOW_DUPLICATE",
    "STRIP_NULL_VALUES",
    "ENABLE_OCTAL",
)
# option: the values that the local reader follows
_ONLY: dict[str, tuple[Any, ...]] = {
    "RECORD_DELIMITER": ("\n", "\\n", "\r\n", "\\r\\n", "NONE", "AUTO"),
    "ESCAPE": ("NONE", '"'),
    "ESCAPE_UNENCLOSED_FIELD": ("NONE", "\\", "\\\\"),
    "ENCODING": ("UTF8", "UTF-8"),
    "DATE_FORMAT": ("AUTO",),
    "TIME_FORMAT": ("AUTO",),
    "TIMESTAMP_FORMAT": ("AUTO",),
    "BINARY_FORMAT": ("HEX",),
    "ERROR_ON_COLUMN_COUNT_MISMATCH": (True, False),
    "SKIP_BLANK_LINES": (True, False),
    "SKIP_BYTE_ORDER_MARK": (True,),
    "REPLACE_INVALID_CHARACTERS": (False,),
    "USE_VECTORIZED_SCANNER": (True, False),
}


@dataclass(frozen=True)
class FileFormat:
    """How files are read and written; the defaults are Snowflake's."""

    type: str = "CSV"
    delimiter: str = ","
    quote: str = ""
    skip_header: int = 0
    parse_header: bool = False
    trim_space: bool = False
    null_if: list[str] = field(default_factory=lambda: ["\\N"])
    empty_is_null: bool = True
    exact_columns: bool = True
    strip_outer_array: bool = False
    compression: str = "AUTO"


def file_format(given: dict[str, Any]) -> FileFormat:
    """A format from its options; an error for an option that would be read and not followed."""
    kind = str(given.get("TYPE", "CSV")).upper()
    if kind not in _TYPES:
        raise unsupported(f"files of TYPE = {kind}", f"it reads {', '.join(_TYPES)}")
    _check(given)
    return FileFormat(
        type=kind,
        delimiter=_delimiter(str(given.get("FIELD_DELIMITER", ","))),
        quote=_none_is(given.get("FIELD_OPTIONALLY_ENCLOSED_BY"), ""),
        skip_header=_whole_number("SKIP_HEADER", given.get("SKIP_HEADER", 0)),
        parse_header=bool(given.get("PARSE_HEADER", False)),
        trim_space=bool(given.get("TRIM_SPACE", False)),
        null_if=_list(given.get("NULL_IF", ["\\N"])),
        empty_is_null=bool(given.get("EMPTY_FIELD_AS_NULL", True)),
        exact_columns=bool(given.get("ERROR_ON_COLUMN_COUNT_MISMATCH", True)),
        strip_outer_array=bool(given.get("STRIP_OUTER_ARRAY", False)),
        compression=_compression(kind, str(given.get("COMPRESSION", "AUTO")).upper()),
    )


def resolve(given: Any, duck: DuckDBPyConnection, database: str | None, schema: str | None) -> dict[str, Any]:
    """The options behind `FILE_FORMAT = …`: a name, `(FORMAT_NAME = name …)` or the options themselves."""
    if isinstance(given, str):
        return lookup_file_format(duck, given, database, schema)
    if not isinstance(given, dict):
        raise syntax("FILE_FORMAT wants a name, (FORMAT_NAME = …) or (TYPE = …).")
    own = {name: value for name, value in given.items() if name != "FORMAT_NAME"}
    if "FORMAT_NAME" not in given:
        return own
    return {**lookup_file_format(duck, str(given["FORMAT_NAME"]), database, schema), **own}


def _check(given: dict[str, Any]) -> None:
    known = {*_HARMLESS, *_ONLY, *_FOLLOWED}
    for name, value in given.items():
        if name not in known:
            raise unsupported(f"the file format option {name}", f"it knows {', '.join(sorted(known))}")
        allowed = _ONLY.get(name)
        if allowed and _upper(value) not in allowed:
            raise unsupported(f"{name} = {value!r}", f"it follows {', '.join(map(repr, allowed))}")


_FOLLOWED = (
    "FIELD_DELIMITER",
    "FIELD_OPTIONALLY_ENCLOSED_BY",
    "SKIP_HEADER",
    "PARSE_HEADER",
    "TRIM_SPACE",
    "NULL_IF",
    "EMPTY_FIELD_AS_NULL",
    "STRIP_OUTER_ARRAY",
    "COMPRESSION",
)


def _compression(kind: str, name: str) -> str:
    # a parquet file says itself how it is compressed
    if kind != "PARQUET" and name not in _CSV_COMPRESSIONS:
        raise unsupported(f"COMPRESSION = {name}", f"it reads {', '.join(_CSV_COMPRESSIONS)}")
    return name


def _delimiter(text: str) -> str:
    return {"\\t": "\t", "\\x01": "\x01", "\\001": "\x01"}.get(text, text)


def _none_is(value: Any, none: str) -> str:
    return none if value is None or str(value).upper() == "NONE" else str(value)


def _list(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) and value.isalpha() else value


def _whole_number(name: str, value: Any) -> int:
    try:
        return int(value)
    except ValueError:
        raise syntax(f"{name} = {value!r} is not a whole number.") from None


def dumps(given: Any) -> str:
    """A FILE_FORMAT clause as JSON text."""
    return json.dumps(given)


def loads(text: str) -> Any:
    """The FILE_FORMAT clause that `dumps` kept."""
    return json.loads(text)
