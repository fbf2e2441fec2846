"""Users and databases, made when a client first names them, with Redshift's functions and views in each."""

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path

import psycopg
from psycopg import sql

from localcloud.redshift.errors import PostgresUnavailableError
from localcloud.redshift.postgres import Postgres

_INSTALL = Path(__file__).parent / "install"
_TEMPLATE = "template1"
_CONNECT_SECONDS = 20.0


class Databases:
    """What exists in one PostgreSQL; knows what it has already seen to, per start of the server."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._lock = threading.Lock()
        self._ready: set[tuple[int, str, str]] = set()

    def ensure(self, user: str, database: str) -> None:
        """Make the user and the database if they are not there. PostgresUnavailableError."""
        with self._lock:
            self._postgres.socket()
            key = (self._postgres.starts, user, database)
            if key in self._ready:
                return
            self._ensure_template()
            with self.connect("postgres") as connection:
                _make_user(connection, user)
                _make_database(connection, database)
            self._install(database)
            self._ready.add(key)

    def _ensure_template(self) -> None:
        """New databases, also those of CREATE DATABASE, are copies of the template."""
        key = (self._postgres.starts, "", _TEMPLATE)
        if key not in self._ready:
            self._install(_TEMPLATE)
            self._ready.add(key)

    def _install(self, database: str) -> None:
        """Bring Redshift's functions and views of a database up to date."""
        scripts = [file.read_text() for file in sorted(_INSTALL.glob("*.sql"))]
        version = hashlib.sha256("".join(scripts).encode()).hexdigest()
        with self.connect(database) as connection, connection.transaction():
            if _installed(connection) == version:
                return
            try:
                _run_scripts(connection, scripts, version)
            except psycopg.Error as error:
                message = f"the functions and views of Redshift do not fit into the database {database}: {error}"
                raise PostgresUnavailableError(message) from error

    def connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        """Connect as the owner, also while PostgreSQL recovers from a crash."""
        deadline = time.monotonic() + _CONNECT_SECONDS
        while True:
            try:
                return psycopg.connect(**self._postgres.dsn(database), autocommit=True)
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise PostgresUnavailableError(f"PostgreSQL does not answer: {error}") from error
                time.sleep(0.1)


def _installed(connection: psycopg.Connection[tuple[object, ...]]) -> str | None:
    found = connection.execute("SELECT to_regclass('redshift_local.installed') IS NOT NULL").fetchone()
    if not found or not found[0]:
        return None
    version = connection.execute("SELECT version FROM redshift_local.installed").fetchone()
    return str(version[0]) if version else None


def _run_scripts(connection: psycopg.Connection[tuple[object, ...]], scripts: list[str], version: str) -> None:
    connection.execute("SET LOCAL allow_system_table_mods = on")
    connection.execute("SET LOCAL client_min_messages = warning")
    for script in scripts:
        connection.execute(script.encode())
    connection.execute("DELETE FROM redshift_local.installed")
    connection.execute("INSERT INTO redshift_local.installed VALUES (%s)", [version])


def _make_user(connection: psycopg.Connection[tuple[object, ...]], user: str) -> None:
    """Every user may do everything: the local Redshift checks no passwords either."""
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [user]).fetchone():
        try:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN SUPERUSER").format(sql.Identifier(user)))
        except psycopg.errors.ReservedName as error:
            raise PostgresUnavailableError(f'no user can be called "{user}": the name is reserved') from error


def _make_database(connection: psycopg.Connection[tuple[object, ...]], database: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
