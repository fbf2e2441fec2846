"""What the server remembers about external tables, in the account's own database."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from duckdb import DuckDBPyConnection

from localcloud.snowflake.errors import not_found
from localcloud.snowflake.formats import FileFormat
from localcloud.snowflake.text import ObjectName

_REGISTRY = "_fs_global._fs_information_schema._fs_external_tables"
_KEY = "(database_name, schema_name, name) = (?, ?, ?)"
TABLES = f"""
CREATE TABLE IF NOT EXISTS {_REGISTRY} (
    database_name TEXT, schema_name TEXT, name TEXT, definition TEXT, files TEXT,
    PRIMARY KEY (database_name, schema_name, name)
)"""


@dataclass(frozen=True)
class Column:
    """A column of an external table: Snowflake's SQL computes it from VALUE and METADATA$FILENAME."""

    name: str
    type: str
    expression: str


@dataclass(frozen=True)
class ExternalTable:
    """One external table; `files` are the URLs that the last REFRESH registered."""

    name: ObjectName
    url: str
    pattern: str | None
    format: FileFormat
    columns: list[Column]
    comment: str = ""
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    files: list[str] = field(default_factory=list)


def save(duck: DuckDBPyConnection, table: ExternalTable) -> None:
    """Remember a table, or what has become of it."""
    definition = asdict(table)
    files = json.dumps(definition.pop("files"))
    values = [*table.name, json.dumps(definition), files]
    duck.execute(f"INSERT OR REPLACE INTO {_REGISTRY} VALUES (?, ?, ?, ?, ?)", values)  # noqa: S608 - quoted names


def find(duck: DuckDBPyConnection, name: ObjectName) -> ExternalTable | None:
    """A table, or None."""
    query = f"SELECT definition, files FROM {_REGISTRY} WHERE {_KEY}"  # noqa: S608 - quoted names
    row = duck.execute(query, list(name)).fetchone()
    return _read(*row) if row else None


def get(duck: DuckDBPyConnection, name: ObjectName) -> ExternalTable:
    """A table; an error if there is none."""
    table = find(duck, name)
    if table is None:
        raise not_found("External table", name.name)
    return table


def below(duck: DuckDBPyConnection, database: str | None, schema: str | None) -> list[ExternalTable]:
    """The tables of a schema, of a database, or all."""
    found = duck.execute(
        f"SELECT definition, files FROM {_REGISTRY} WHERE database_name = coalesce(?, database_name) "  # noqa: S608 - quoted names
        "AND schema_name = coalesce(?, schema_name) ORDER BY database_name, schema_name, name",
        [database, schema],
    ).fetchall()
    return [_read(*row) for row in found]


def forget(duck: DuckDBPyConnection, name: ObjectName) -> None:
    """The table has been dropped."""
    duck.execute(f"DELETE FROM {_REGISTRY} WHERE {_KEY}", list(name))  # noqa: S608 - quoted names


def _read(definition: str, files: str) -> ExternalTable:
    stored: dict[str, Any] = json.loads(definition)
    stored["name"] = ObjectName(*stored["name"])
    stored["format"] = FileFormat(**stored["format"])
    stored["columns"] = [Column(**column) for column in stored["columns"]]
    return ExternalTable(**stored, files=json.loads(files))
