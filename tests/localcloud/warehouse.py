"""The local Redshift as its users have it: Amazon's own driver on its port."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psutil
import psycopg
import redshift_connector
from cloud import Cloud
from redshift_connector import Connection


@dataclass(frozen=True)
class Warehouse:
    port: int
    database: str = "dev"

    def connect(
        self, *, user: str = "awsuser", database: str = "", autocommit: bool = True
    ) -> redshift_connector.Connection:
        connection = redshift_connector.connect(
            host="127.0.0.1", port=self.port, user=user, password="any", database=database or self.database, ssl=False
        )
        connection.autocommit = autocommit
        return connection

    def psycopg(self, **options: Any) -> psycopg.Connection[tuple[Any, ...]]:
        target = {"host": "127.0.0.1", "port": self.port, "user": "awsuser", "dbname": self.database}
        return psycopg.connect(**target, **options)

    def rows(self, sql: str, parameters: tuple[Any, ...] | None = None) -> list[list[Any]]:
        """Run one statement by itself; its rows."""
        with contextlib.closing(self.connect()) as connection:
            return run(connection, sql, parameters)

    def error(self, sql: str) -> dict[str, str]:
        """The error that a statement gives: C is its SQLSTATE, M its message, D its detail, H its hint."""
        with contextlib.closing(self.connect()) as connection:
            return refusal(connection, sql)

    @contextlib.contextmanager
    def table(self, columns: str, name: str = "loaded") -> Iterator[str]:
        self.rows(f"DROP TABLE IF EXISTS {name}")
        self.rows(f"CREATE TABLE {name} ({columns})")
        yield name
        self.rows(f"DROP TABLE IF EXISTS {name}")


def of(cloud: Cloud, database: str = "dev") -> Warehouse:
    return Warehouse(cloud.status()["redshift"]["port"], database)


def run(connection: Connection, sql: str, parameters: tuple[Any, ...] | None = None) -> list[list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [list(row) for row in cursor.fetchall()] if cursor.description else []


def refusal(connection: Connection, sql: str) -> dict[str, str]:
    try:
        run(connection, sql)
    except redshift_connector.Error as error:
        return dict(error.args[0])
    raise AssertionError(f"{sql} was not refused")


@contextlib.contextmanager
def in_background(connection: Connection, sql: str) -> Iterator[Future[list[list[Any]]]]:
    """Run a statement in a thread; wait for its end at the end."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(run, connection, sql)


def postgres_processes(cloud: Cloud) -> list[int]:
    """All processes of the cloud's PostgreSQL: each works in its data folder."""
    data = str(cloud.root / "redshift" / "data")
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.name() == "postgres" and process.cwd() == data and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found
