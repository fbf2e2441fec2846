"""Running one statement, in a thread of its own."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator

import psycopg

from localcloud.redshift import data_api_parameters
from localcloud.redshift.data_api_connection import Connection, message_of
from localcloud.redshift.data_api_results import Results
from localcloud.redshift.data_api_statement import (
    ABORTED,
    AUTO_COMMIT,
    FAILED,
    FINISHED,
    STARTED,
    Query,
    Statement,
)

log = logging.getLogger(__name__)
# the status in which a statement ends, and its error
Outcome = tuple[str, str | None]
_CANCEL_SECONDS = 5.0
# more than these wait as SUBMITTED
_slots = threading.BoundedSemaphore(40)


class _CancelledError(Exception):
    """CancelStatement came between two queries."""


class Run:
    """One statement on its way to its end."""

    def __init__(
        self,
        statement: Statement,
        connect: Callable[[], Connection],
        release: Callable[[Connection | None], None],
        results: Results,
        save: Callable[[Statement], None],
    ) -> None:
        """`connect` gives a connection in auto-commit mode, `release` takes it back (None: there was none)."""
        self.statement = statement
        self._connect = connect
        self._release = release
        self._results = results
        self._save = save
        self._connection: Connection | None = None
        self._cancelled = threading.Event()
        self._done = threading.Event()
        self._stopped: str | None = None

    def start(self) -> None:
        """Begin, in the background."""
        threading.Thread(target=self._work, name=f"statement {self.statement.id}", daemon=True).start()

    def wait(self, seconds: float) -> None:
        """Return when the statement has ended, or after so many seconds."""
        self._done.wait(seconds)

    def cancel(self, seconds: float = _CANCEL_SECONDS) -> bool:
        """End the statement; False if it has ended otherwise before. The connection is cut if nothing else helps."""
        self._cancelled.set()
        deadline = time.monotonic() + seconds
        while not self._done.wait(0.2) and time.monotonic() < deadline:
            self._interrupt()
        if not self._done.is_set():
            self._cut()
            self._done.wait(seconds)
        return self.statement.status == ABORTED

    def stop(self, reason: str) -> None:
        """End the statement as FAILED for this reason; harmless when it has ended."""
        self._stopped = reason
        self._cut()

    def _cut(self) -> None:
        """Shut the socket, which the statement's own thread reads."""
        if self._connection is None:
            return
        with contextlib.suppress(OSError, psycopg.Error):
            # a copy of the descriptor: closing it harms nobody
            copy = socket.fromfd(self._connection.fileno(), socket.AF_INET, socket.SOCK_STREAM)
            with contextlib.closing(copy):
                copy.shutdown(socket.SHUT_RDWR)

    def _work(self) -> None:
        status, error = self._outcome()
        # before the end can be seen: the session takes the next statement then
        self._release(self._connection)
        self._end(status, error)
        self._done.set()

    def _outcome(self) -> Outcome:
        """Run to the end; nobody may wait for ever, whatever goes wrong."""
        try:
            with self._slot():
                return self._run()
        except _CancelledError:
            return ABORTED, None
        except psycopg.Error as error:
            return (ABORTED, None) if self._cancelled.is_set() else (FAILED, self._stopped or message_of(error))
        except Exception as error:
            log.exception("statement %s", self.statement.id)
            return FAILED, f"ERROR: the local cloud failed: {error!r}"

    @contextlib.contextmanager
    def _slot(self) -> Iterator[None]:
        while not _slots.acquire(timeout=0.2):
            self._check_cancelled()
        try:
            yield
        finally:
            _slots.release()

    def _run(self) -> Outcome:
        statement = self.statement
        self._check_cancelled()
        self._connection = self._connect()
        statement.pid = self._connection.info.backend_pid
        statement.enter(STARTED)
        self._save(statement)
        if statement.execution_mode == AUTO_COMMIT:
            return self._run_each(self._connection)
        if not statement.is_batch:
            self._run_query(self._connection, statement.queries[0])
            return FINISHED, None
        with self._connection.transaction():
            for query in statement.queries:
                self._run_query(self._connection, query)
            self._check_cancelled()
        return FINISHED, None

    def _run_each(self, connection: Connection) -> Outcome:
        """Each query commits by itself; one that fails does not stop the others."""
        for query in self.statement.queries:
            try:
                self._run_query(connection, query)
            except psycopg.Error:
                if connection.broken or self._cancelled.is_set():
                    raise
        failed = self._failed()
        return (FAILED, failed.error) if failed else (FINISHED, None)

    def _run_query(self, connection: Connection, query: Query) -> None:
        self._check_cancelled()
        query.enter(STARTED)
        start = time.perf_counter_ns()
        try:
            sql, values = data_api_parameters.bind(query.sql, self.statement.parameters)
            with connection.cursor() as cursor:
                cursor.execute(sql.encode(), values)
                self._results.keep(query, cursor)
        except psycopg.Error as error:
            query.enter(*((ABORTED, None) if self._cancelled.is_set() else (FAILED, message_of(error))))
            raise
        finally:
            query.duration_ns = time.perf_counter_ns() - start
            self.statement.duration_ns += query.duration_ns
        query.enter(FINISHED)

    def _check_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise _CancelledError

    def _failed(self) -> Query | None:
        return next((query for query in self.statement.queries if query.status == FAILED), None)

    def _end(self, status: str, error: str | None = None) -> None:
        failed = self._failed()
        if failed and self.statement.is_batch:
            error = f"Query #{failed.number + 1} failed with {failed.error}"
        self.statement.enter(status, error)
        self._save(self.statement)

    def _interrupt(self) -> None:
        if self._connection is None:
            return
        with contextlib.suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=1)
