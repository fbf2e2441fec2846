"""Load metadata: which files a table has loaded, so that COPY loads each of them once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from duckdb import DuckDBPyConnection

from localcloud.snowflake import temporary
from localcloud.snowflake.results import message
from localcloud.snowflake.storage import StoredFile
from localcloud.snowflake.text import QUALIFIED, ObjectName, identifier

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

_FLAGS = re.IGNORECASE | re.DOTALL
CREATE_IF_ABSENT = re.compile(
    rf"CREATE (?:TRANSIENT )?TABLE IF NOT EXISTS (?P<name>{QUALIFIED})(?=[ (]).*",
    _FLAGS,
)
EMPTIED = re.compile(rf"(?:TRUNCATE (?:TABLE )?|DROP TABLE )(?:IF EXISTS )?(?P<name>{QUALIFIED}).*", _FLAGS)
_HISTORY = "_fs_information_schema._fs_load_history"
_ETAG = "_LOCAL_ETAG"
_COLUMNS = (
    "SCHEMA_NAME, FILE_NAME, TABLE_NAME, LAST_LOAD_TIME, STATUS, ROW_COUNT, ROW_PARSED, "
    f"FIRST_ERROR_MESSAGE, FIRST_ERROR_LINE_NUMBER, ERROR_COUNT, ERROR_LIMIT, {_ETAG}"
)


@dataclass(frozen=True)
class Loaded:
    """What COPY did with one file."""

    file: StoredFile
    status: str
    parsed: int = 0
    loaded: int = 0
    error_limit: int = 1
    errors: int = 0
    first_error: str | None = None
    first_error_line: int | None = None


def creation_sql(database: str) -> str:
    """Adds the content's tag to fakesnow's LOAD_HISTORY of a database."""
    return f"ALTER TABLE {identifier(database)}.{_HISTORY} ADD COLUMN IF NOT EXISTS {_ETAG} VARCHAR"


def known(duck: DuckDBPyConnection, table: ObjectName) -> set[tuple[str, str]]:
    """The files that the table has loaded, with the tags of their contents."""
    query = f"SELECT FILE_NAME, {_ETAG} FROM {_in(table)} WHERE SCHEMA_NAME = ? AND TABLE_NAME = ?"  # noqa: S608 - quoted names
    return {(url, etag) for url, etag in duck.execute(query, [table.schema, table.name]).fetchall()}


def record(duck: DuckDBPyConnection, table: ObjectName, loads: list[Loaded]) -> None:
    """Remember loads, in the transaction that made them."""
    now = datetime.now(UTC).isoformat()
    for load in loads:
        outcome = [load.status, load.loaded, load.parsed, load.first_error, load.first_error_line, load.errors]
        values = [table.schema, load.file.url, table.name, now, *outcome, load.error_limit, load.file.etag()]
        marks = ", ".join("?" * len(values))
        duck.execute(f"INSERT INTO {_in(table)} ({_COLUMNS}) VALUES ({marks})", values)  # noqa: S608 - quoted names


def keep_on_create(cursor: LocalCursor, found: re.Match[str]) -> str | bool:
    """`CREATE TABLE IF NOT EXISTS t …` of a table that is there: its load metadata stays (fakesnow forgets it)."""
    name = cursor.object_name(found["name"])
    return message(f"{name.name} already exists, statement succeeded.") if cursor.exists(name) else False


def forget(cursor: LocalCursor, found: re.Match[str]) -> bool:
    """`TRUNCATE TABLE t`, `DROP TABLE t`: the files may be loaded again."""
    name = cursor.existing_table(found["name"])
    if cursor.exists(name):
        _forget(cursor.duck, name)
    return False


def start_temporary(duck: DuckDBPyConnection, table: ObjectName, like: str) -> None:
    """Begin the load metadata of a temporary table, in the form of a database's; it ends with the session."""
    columns = f"SELECT {_COLUMNS} FROM {identifier(like)}.{_HISTORY} LIMIT 0"  # noqa: S608 - quoted names
    duck.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {_in(table)} AS {columns}")
    _forget(duck, table)


def _forget(duck: DuckDBPyConnection, table: ObjectName) -> None:
    delete = f"DELETE FROM {_in(table)} WHERE SCHEMA_NAME = ? AND TABLE_NAME = ?"  # noqa: S608 - quoted names
    duck.execute(delete, [table.schema, table.name])


def _in(table: ObjectName) -> str:
    if table.database == temporary.CATALOG:
        return f"{temporary.CATALOG}.main._fs_temporary_loads"
    return f"{identifier(table.database)}.{_HISTORY}"
