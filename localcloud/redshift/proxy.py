"""The port that Redshift's clients connect to: a thread with an event loop, one session a connection."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from localcloud.redshift import messages
from localcloud.redshift.backend import Backend
from localcloud.redshift.databases import Databases
from localcloud.redshift.errors import CANNOT_CONNECT_NOW, INTERNAL_ERROR, PostgresUnavailableError, SqlError
from localcloud.redshift.messages import Startup
from localcloud.redshift.postgres import Postgres
from localcloud.redshift.session import Session
from localcloud.redshift.statements import Context

log = logging.getLogger(__name__)
_BUFFER = 1 << 20
_RECOVERY_SECONDS = 20
_KNOWN_PARAMETERS = ("application_name", "client_encoding", "DateStyle", "TimeZone", "options")
# Redshift reads backslashes in texts; values that a client sets itself come first
_SETTINGS = {"standard_conforming_strings": "off", "escape_string_warning": "off", "backslash_quote": "on"}
_GONE = (asyncio.IncompleteReadError, ConnectionError, OSError)


class Proxy:
    """Serves a listening socket until closed."""

    def __init__(self, listener: socket.socket, postgres: Postgres, databases: Databases, s3: Path) -> None:
        self._listener = listener
        self._postgres = postgres
        self._databases = databases
        self._s3 = s3
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="redshift", daemon=True)
        self._connections: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Accept connections, in the background."""
        self._thread.start()

    def close(self) -> None:
        """Cut all connections and end the thread."""
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(5)

    def sessions(self) -> int:
        """How many clients are connected."""
        return len(self._connections)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._accept())
        finally:
            self._loop.close()

    async def _accept(self) -> None:
        """Serve until `close`, also when that comes before the first connection could."""
        server = await asyncio.start_server(self._connected, sock=self._listener, limit=_BUFFER)
        await self._closing.wait()
        server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task  # noqa: S101 - start_server runs this as a task
        self._connections.add(task)
        try:
            await self._serve(reader, writer)
        except _GONE:
            log.debug("a client or PostgreSQL has gone")
        except Exception as error:
            log.exception("a session ended")
            await _refuse(writer, SqlError(INTERNAL_ERROR, f"the local Redshift has failed: {error}"))
        finally:
            self._connections.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        startup = await _first_message(reader, writer)
        try:
            backend = await self._connect(startup)
        except PostgresUnavailableError as error:
            await _refuse(writer, SqlError(CANNOT_CONNECT_NOW, str(error)))
            return
        with contextlib.closing(backend):
            if startup.code == messages.CANCEL_REQUEST:
                return
            session = Session(reader, writer, backend, self._context(startup, backend))
            await session.greet()
            await session.run()

    def _context(self, startup: Startup, backend: Backend) -> Context:
        database = _parameters(startup)["database"]
        return Context(backend, self._s3, lambda: self._databases.connect(database))

    async def _connect(self, startup: Startup) -> Backend:
        """Connect to PostgreSQL, which starts with the first client. PostgresUnavailableError."""
        if startup.code == messages.CANCEL_REQUEST:
            return await Backend.open(await asyncio.to_thread(self._postgres.socket), startup)
        parameters = _parameters(startup)
        await asyncio.to_thread(self._databases.ensure, parameters["user"], parameters["database"])
        return await self._connect_recovered(messages.startup(startup.code, parameters))

    async def _connect_recovered(self, startup: Startup) -> Backend:
        """Connect, also while PostgreSQL recovers from the death of a session."""
        deadline = self._loop.time() + _RECOVERY_SECONDS
        while True:
            backend = await Backend.open(await asyncio.to_thread(self._postgres.socket), startup)
            if not await backend.is_recovering() or self._loop.time() > deadline:
                return backend
            backend.close()
            await asyncio.sleep(0.1)


async def _refuse(writer: asyncio.StreamWriter, problem: SqlError) -> None:
    """Say why the connection ends."""
    with contextlib.suppress(*_GONE):
        writer.write(messages.error(problem, "FATAL").encode())
        await writer.drain()


async def _first_message(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Startup:
    """The first message with names; a wish for encryption is declined, as on Redshift without SSL."""
    while (startup := await messages.read_startup(reader)).code in (messages.SSL_REQUEST, messages.GSS_REQUEST):
        writer.write(b"N")
        await writer.drain()
    return startup


def _parameters(startup: Startup) -> dict[str, str]:
    """The parameters that PostgreSQL knows, without Redshift's own ones."""
    given = startup.parameters()
    known = {name: given[name] for name in _KNOWN_PARAMETERS if name in given}
    user = given.get("user") or "awsuser"
    return {"user": user, "database": given.get("database") or "dev", **_SETTINGS, **known}


def listen(port: int, host: str, refuse: Callable[[str], Exception]) -> socket.socket:
    """A listening socket; `refuse` makes the error if the port cannot be had."""
    # named TCP, so that asyncio switches Nagle's algorithm off: answers must not wait for acknowledgements
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise refuse(error.strerror or str(error)) from error
    listener.listen(128)
    return listener
