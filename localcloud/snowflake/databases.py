"""Databases as DuckDB files: CREATE, CREATE OR REPLACE, DROP; and schemas with what fakesnow leaves behind."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from duckdb import DuckDBPyConnection
from fakesnow import info_schema, macros

from localcloud.snowflake import load_history, temporary
from localcloud.snowflake.errors import already_exists, not_found, unsupported
from localcloud.snowflake.results import message
from localcloud.snowflake.text import NAME, identifier, literal, options, unquote

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

_FLAGS = re.IGNORECASE | re.DOTALL
CREATE = re.compile(
    rf"CREATE (?P<replace>OR REPLACE )?(?:TRANSIENT )?DATABASE (?P<absent>IF NOT EXISTS )?(?P<name>{NAME})(?P<rest>.*)",
    _FLAGS,
)
DROP = re.compile(rf"DROP DATABASE (?P<if>IF EXISTS )?(?P<name>{NAME})(?: (?:CASCADE|RESTRICT))?", _FLAGS)
REPLACE_SCHEMA = re.compile(rf"CREATE OR REPLACE (?:TRANSIENT )?SCHEMA (?P<name>{NAME}(?:\.{NAME})?)", _FLAGS)
DROP_SCHEMA = re.compile(
    rf"DROP SCHEMA (?P<if>IF EXISTS )?(?P<name>{NAME}(?:\.{NAME})?)(?: (?:CASCADE|RESTRICT))?", _FLAGS
)
GLOBAL = "_fs_global"
_FILE_NAME = re.compile(r"[\w$ .-]{1,200}")
_HARMLESS = {"COMMENT", "DATA_RETENTION_TIME_IN_DAYS", "MAX_DATA_EXTENSION_TIME_IN_DAYS"}
# the tables of fakesnow and the own ones that speak of objects by database and schema
_REGISTRIES = ("_fs_stages", "_fs_stage_formats", "_fs_file_formats", "_fs_external_tables")


def create(cursor: LocalCursor, found: re.Match[str]) -> str:
    """`CREATE OR REPLACE DATABASE d COMMENT = '…'`: with a schema PUBLIC, and current from then on."""
    given = options(found["rest"])
    if unknown := set(given) - _HARMLESS:
        raise unsupported(f"CREATE DATABASE … {min(unknown)}")
    name, folder = unquote(found["name"]), cursor.connection.account.folder
    if is_attached(cursor.duck, name):
        if found["absent"]:
            return message(f"{name} already exists, statement succeeded.")
        if not found["replace"]:
            raise already_exists(name)
        _remove(cursor, name)
    ensure(cursor.duck, folder, name)
    cursor.connection.use(name, "PUBLIC")
    return message(f"Database {name} successfully created.")


def drop(cursor: LocalCursor, found: re.Match[str]) -> str:
    """`DROP DATABASE IF EXISTS d`"""
    name = unquote(found["name"])
    if not is_attached(cursor.duck, name):
        if found["if"]:
            return message("Drop statement executed successfully.")
        raise not_found("Database", name)
    _remove(cursor, name)
    return message(f"{name} successfully dropped.")


def replace_schema(cursor: LocalCursor, found: re.Match[str]) -> bool:
    """`CREATE OR REPLACE SCHEMA s`"""
    _forget(cursor.duck, *_schema(cursor, found["name"]))
    cursor.run_fakesnow(f"DROP SCHEMA IF EXISTS {found['name']}")
    cursor.run_fakesnow(f"CREATE SCHEMA {found['name']}")
    return True


def drop_schema(cursor: LocalCursor, found: re.Match[str]) -> bool:
    """`DROP SCHEMA s`: with its stages, formats and external tables."""
    _forget(cursor.duck, *_schema(cursor, found["name"]))
    return False


def ensure(duck: DuckDBPyConnection, folder: Path, name: str) -> None:
    """Make a database with its schema PUBLIC, unless it is there."""
    if is_attached(duck, name):
        return
    if not _FILE_NAME.fullmatch(name) or name.lower() in (GLOBAL, "memory", "system", "temp"):
        raise unsupported(f"the database name '{name}'", "letters, digits, '_', '$', '.', '-' and blanks make one")
    attach(duck, folder, name)
    quoted = identifier(name)
    tables = info_schema.per_db_creation_sql(quoted).replace(f"'{quoted}'", literal(name))
    with duck.cursor() as fresh:  # in no database, where no schema can have the database's name
        fresh.execute(f"{tables} {macros.creation_sql(quoted)}; {load_history.creation_sql(name)}")
        fresh.execute(f"CREATE SCHEMA {quoted}.PUBLIC")


def attach(duck: DuckDBPyConnection, folder: Path, name: str) -> None:
    """Open the file of a database, or make it."""
    file = literal(str(folder / f"{name}.db"))
    duck.execute(f"ATTACH {file} AS {identifier(name)}")


def is_attached(duck: DuckDBPyConnection, name: str) -> bool:
    """Whether there is such a database."""
    query = "SELECT 1 FROM duckdb_databases() WHERE upper(database_name) = upper(?)"
    return duck.execute(query, [name]).fetchone() is not None


def _remove(cursor: LocalCursor, name: str) -> None:
    if name == cursor.database:
        cursor.connection.leave_database()
    _forget(cursor.duck, name, None)
    cursor.duck.execute(f"DETACH {identifier(name)}")
    for suffix in (".db", ".db.wal"):
        (cursor.connection.account.folder / f"{name}{suffix}").unlink(missing_ok=True)


def _forget(duck: DuckDBPyConnection, database: str | None, schema: str | None) -> None:
    """Drop what the account knows of a schema, or of a whole database."""
    temporary.forget(duck, database or "", schema)
    for table in _REGISTRIES:
        duck.execute(
            f"DELETE FROM {GLOBAL}._fs_information_schema.{table} "  # noqa: S608 - quoted names
            "WHERE database_name = ? AND schema_name = coalesce(?, schema_name)",
            [database, schema],
        )


def _schema(cursor: LocalCursor, text: str) -> tuple[str | None, str]:
    parts = [unquote(part) for part in re.findall(NAME, text)]
    return (parts[0], parts[1]) if len(parts) == 2 else (cursor.database, parts[0])
