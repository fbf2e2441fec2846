"""A session, and the account that all sessions share."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakesnow.conn import FakeSnowflakeConnection
from fakesnow.instance import FakeSnow
from snowflake.connector.cursor import DictCursor, SnowflakeCursor

from localcloud.snowflake import databases
from localcloud.snowflake.altered import Altered
from localcloud.snowflake.cursor import LocalCursor
from localcloud.snowflake.storage import Storage
from localcloud.snowflake.text import identifier, literal
from localcloud.snowflake.users import Users

_KEPT_RESULTS = 200
_READS = ("SELECT", "WITH", "SHOW", "DESC", "LIST", "LS", "EXPLAIN", "USE")
# Snowflake makes writers of a table wait for each other; DuckDB makes one of them fail
_writers = threading.RLock()


@dataclass(frozen=True)
class Account:
    """What all sessions share: the name, the folder of the databases, S3, the users, what was written when."""

    name: str
    folder: Path
    storage: Storage
    users: Users
    altered: Altered = field(default_factory=Altered)


class Results(OrderedDict[str, tuple[Any, ...]]):
    """Results by query id for RESULT_SCAN; the oldest go."""

    def __setitem__(self, query_id: str, result: tuple[Any, ...]) -> None:
        super().__setitem__(query_id, result)
        while len(self) > _KEPT_RESULTS:
            self.popitem(last=False)


class LocalConnection(FakeSnowflakeConnection):
    """A session: who is in it, and one statement at a time."""

    database: str | None
    _schema: str | None

    def __init__(self, *args: Any, account: Account, user: str = "LOCAL", **kwargs: Any) -> None:
        super().__init__(*args, db_path=account.folder, **kwargs)
        self.account = account
        self.user = user
        self.role = "SYSADMIN"
        self.warehouse = "COMPUTE_WH"
        self.query_ids: deque[str] = deque(maxlen=_KEPT_RESULTS)
        self._turn = threading.RLock()

    def cursor(self, cursor_class: type[SnowflakeCursor] = SnowflakeCursor) -> LocalCursor:
        """A cursor that knows the own statements."""
        return LocalCursor(self, self._duck_conn, use_dict_result=issubclass(cursor_class, DictCursor))

    @contextmanager
    def turn(self, statement: str) -> Iterator[None]:
        """Wait until the session is free and, to write, until no other session writes."""
        if statement.lstrip("( \n").upper().startswith(_READS):
            with self._turn:
                yield
            return
        with self._turn, _writers:
            yield

    def remember(self, query_id: str | None) -> None:
        """Keep a statement's id for LAST_QUERY_ID."""
        if query_id and (not self.query_ids or self.query_ids[-1] != query_id):
            self.query_ids.append(query_id)

    def in_transaction(self) -> bool:
        """Whether a transaction is open, begun by the user or by a session without autocommit."""
        # outside of a transaction each statement has an id of its own; a BEGIN to find out would break it
        first, second = (self._duck_conn.execute("SELECT txid_current()").fetchone() for _ in range(2))
        return first == second

    def begins_alone(self) -> bool:
        """Whether a statement is its own transaction; else begin the one that the user will commit."""
        if not self._autocommit:
            self._duck_conn.begin()
            self._in_transaction = True
        return bool(self._autocommit)

    def use(self, database: str, schema: str) -> None:
        """Make a database and a schema the current ones."""
        self._duck_conn.execute(f"SET schema = {literal(f'{identifier(database)}.{identifier(schema)}')}")
        self.database, self._schema = database, schema
        self.database_set = self.schema_set = True

    def leave_database(self) -> None:
        """Have no current database any more."""
        self._duck_conn.execute("USE memory")
        self.database, self._schema = None, None
        self.database_set = self.schema_set = False

    def interrupt(self) -> None:
        """Cancel the statement that runs."""
        self._duck_conn.interrupt()


class LocalSnow(FakeSnow):
    """fakesnow's account, with sessions that know the own statements."""

    def __init__(self, account: Account) -> None:
        super().__init__(db_path=account.folder)
        self.account = account
        self.results_cache = Results()

    def connect(
        self,
        database: str | None = None,
        schema: str | None = None,
        nop_regexes: list[str] | None = None,  # noqa: ARG002 - the signature of all of them
        **kwargs: Any,
    ) -> LocalConnection:
        """A new session; makes its database and schema if they are not there, so that a new machine needs no set-up."""
        duck = self.duck_conn.cursor()
        with _writers:
            if database:
                databases.ensure(duck, self.account.folder, database.upper())
            return LocalConnection(
                duck,
                self.results_cache,
                database,
                schema or (database and "PUBLIC"),
                account=self.account,
                **kwargs,
            )
