"""The tables of the local Redshift that a run has changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx

from dagspec.run.environment import ANY_PASSWORD, REDSHIFT_DATABASE, REDSHIFT_USER
from dagspec.run.peek import Content
from dagspec.run.ports import LOOPBACK
from dagspec.run.wording import first_line

if TYPE_CHECKING:
    from redshift_connector import Connection

ENGINE = "Redshift"
STATUS_PATH = "/_localcloud/status"
RUNNING = "running"
LIMIT_SECONDS = 10
# A table of up to so many rows is shown as a whole.
SHOWN_ROWS = 20
# The local cloud's own notes, which no Redshift has.
OWN_SCHEMA = "redshift_local"
_DATABASES = "SELECT datname FROM pg_database WHERE NOT datistemplate AND datallowconn ORDER BY datname"
_TABLES = f"""
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND left(n.nspname, 3) <> 'pg_'
AND n.nspname NOT IN ('information_schema', '{OWN_SCHEMA}') ORDER BY 1, 2
"""  # noqa: S608 - a constant


class TablesError(Exception):
    """The local Redshift cannot be asked; the text says why, in one line."""


@dataclass(frozen=True)
class Table:
    """A table as the run has left it; ``content.sample`` holds its first rows. ``engine``: Redshift or Snowflake."""

    engine: str
    database: str
    schema: str
    name: str
    content: Content

    @property
    def path(self) -> str:
        """Its name for people."""
        return f"{self.database}.{self.schema}.{self.name}"


def find_tables(cloud_url: str, since: datetime) -> list[Table]:
    """Return the tables with rows that were written after ``since``, sorted by name. Raises ``TablesError``.

    The list is empty when nothing has used the local Redshift: asking would start it.
    """
    port = running_port(cloud_url, ENGINE)
    if port is None:
        return []
    try:
        return list(_changed(port, since))
    except Exception as error:  # of a driver with many kinds of them; a report must not fail a run
        raise TablesError(f"cannot look into the local Redshift: {first_line(error)}") from error


def running_port(cloud_url: str, engine: str) -> int | None:
    """Return the port of the local Redshift or Snowflake; None when nobody has used it, so that it does not run."""
    try:
        status = httpx.get(cloud_url + STATUS_PATH, timeout=LIMIT_SECONDS, trust_env=False).json()
        server = status.get(engine.lower()) or {}
        return int(server["port"]) if server.get("state") == RUNNING else None
    except (httpx.HTTPError, ValueError, KeyError, AttributeError) as error:
        raise TablesError(f"the local cloud does not tell its state: {first_line(error)}") from error


def _changed(port: int, since: datetime) -> Iterator[Table]:
    with closing(_connect(port, REDSHIFT_DATABASE)) as connection:
        databases = [row[0] for row in _query(connection, _DATABASES)]
    for database in databases:
        with closing(_connect(port, database)) as connection:
            for schema, name in _query(connection, _TABLES):
                if _is_changed(connection, _quoted(schema, name), since):
                    yield Table(ENGINE, database, schema, name, _content(connection, _quoted(schema, name)))


def _connect(port: int, database: str) -> Connection:
    import redshift_connector  # slow to import, and only needed when a run has used Redshift

    return redshift_connector.connect(
        host=LOOPBACK,
        port=port,
        database=database,
        user=REDSHIFT_USER,
        password=ANY_PASSWORD,
        ssl=False,
        timeout=LIMIT_SECONDS,
    )


def _query(connection: Connection, sql: str) -> list[list[Any]]:
    cursor = connection.cursor()
    cursor.execute(sql)
    return list(cursor.fetchall())


def _is_changed(connection: Connection, table: str, since: datetime) -> bool:
    # xmin is the transaction that wrote a row; PostgreSQL keeps the time at which it was committed.
    times = f"SELECT max(pg_xact_commit_timestamp(xmin)) > '{since.isoformat()}' FROM {table}"  # noqa: S608 - quoted
    return bool(_query(connection, times)[0][0])


def _content(connection: Connection, table: str) -> Content:
    (count,) = _query(connection, f"SELECT count(*) FROM {table}")[0]  # noqa: S608 - quoted
    cursor = connection.cursor()
    cursor.execute(f"SELECT * FROM {table} LIMIT {SHOWN_ROWS}")  # noqa: S608 - quoted
    columns = [column[0] for column in cursor.description]
    return Content(count, columns, [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()])


def _quoted(*names: str) -> str:
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)
