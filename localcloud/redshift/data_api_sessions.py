"""Sessions: connections that outlive their statement, with their temporary tables and settings."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.redshift.data_api_connection import Connection
from localcloud.redshift.data_api_errors import ResourceNotFoundError, ValidationError
from localcloud.redshift.data_api_statement import Target

_OF_THE_SESSION = ("ClusterIdentifier", "WorkgroupName", "Database", "DbUser", "SecretArn")
AVAILABLE, BUSY, CLOSED = "AVAILABLE", "BUSY", "CLOSED"


@dataclass
class Session:
    """One connection, used by one statement at a time, closed after so many idle seconds."""

    target: Target
    keep_alive_seconds: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created: float = field(default_factory=time.time)
    updated: float = field(default_factory=time.time)
    status: str = AVAILABLE
    statement_id: str | None = None
    _connection: Connection | None = None
    _timer: threading.Timer | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> None:
        """Be busy from now on. ValidationException if the session has another statement or is closed."""
        with self._lock:
            if self.status == BUSY:
                raise ValidationError(f"Session {self.id} is not available: it runs statement {self.statement_id}.")
            if self.status == CLOSED:
                raise ValidationError(f"Session {self.id} is not available: it is closed.")
            if self._timer:
                self._timer.cancel()
            self._enter(BUSY)

    def connection(self, connect: Callable[[], Connection]) -> Connection:
        """The session's connection, opened by its first statement."""
        if self._connection is None:
            self._connection = connect()
        return self._connection

    def release(self, connection: Connection | None) -> None:
        """The statement has ended; a broken connection ends the session."""
        with self._lock:
            self._connection, self.statement_id = connection, None
            if connection is None or connection.broken or not self.keep_alive_seconds:
                self._close()
                return
            self._enter(AVAILABLE)
            self._timer = threading.Timer(self.keep_alive_seconds, self._expire)
            self._timer.daemon = True
            self._timer.start()

    def answer(self) -> dict[str, Any]:
        """The session as ListSessions tells of it, times as seconds."""
        return {
            "SessionId": self.id,
            "Status": self.status,
            "CreatedAt": self.created,
            "UpdatedAt": self.updated,
            "Database": self.target.database,
            "DbUser": self.target.user,
            "ClusterIdentifier": self.target.cluster,
            "WorkgroupName": self.target.workgroup,
            "SessionAliveSeconds": self.keep_alive_seconds,
            "SessionTtl": self.updated + self.keep_alive_seconds,
            "CurrentStatementId": self.statement_id,
        }

    def close(self) -> None:
        """Close the connection, used or not."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
            self._close()

    def _expire(self) -> None:
        with self._lock:
            if self.status == AVAILABLE:
                self._close()

    def _close(self) -> None:
        self._enter(CLOSED)
        if self._connection:
            self._connection.close()
            self._connection = None

    def _enter(self, status: str) -> None:
        self.status, self.updated = status, time.time()


class Sessions(dict[str, Session]):
    """One region's sessions by their ids."""

    def new(self, target: Target, keep_alive_seconds: int) -> Session:
        """Make a session for a statement that asks for one."""
        session = Session(target, keep_alive_seconds)
        self[session.id] = session
        return session

    def named(self, request: Mapping[str, Any]) -> Session | None:
        """The session that a request names, if any. ResourceNotFoundException, ValidationException."""
        session_id = request.get("SessionId")
        if session_id is None:
            return None
        if session_id not in self:
            raise ResourceNotFoundError(f"Session {session_id} does not exist.")
        given = [name for name in _OF_THE_SESSION if request.get(name)]
        if given:
            raise ValidationError(f"{', '.join(given)} can't be given with SessionId: the session has its own.")
        session = self[session_id]
        session.keep_alive_seconds = request.get("SessionKeepAliveSeconds", session.keep_alive_seconds)
        return session
