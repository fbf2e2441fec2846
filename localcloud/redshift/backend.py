"""One connection to PostgreSQL, driven message by message on behalf of one client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from localcloud.redshift import messages
from localcloud.redshift.columns import ResultColumn, result_columns
from localcloud.redshift.errors import CANNOT_CONNECT_NOW, SqlError
from localcloud.redshift.messages import Message, Startup

IDLE = b"I"
IN_TRANSACTION = b"T"
READY = b"Z"
_BUFFER = 1 << 20


class BackendError(Exception):
    """PostgreSQL's own error message, to be handed on as it is."""

    def __init__(self, message: Message) -> None:
        super().__init__(messages.fields(message.body).get("M", ""))
        self.message = message

    @property
    def code(self) -> str:
        """The SQLSTATE."""
        return messages.fields(self.message.body).get("C", "")


class Backend:
    """The connection; `status` is its transaction state: `I`, `T` or `E`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.status = IDLE
        self.notices: list[Message] = []
        self._first: list[Message] = []
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, socket: Path, startup: Startup) -> Backend:
        """Connect and send the first message. OSError if nobody listens."""
        reader, writer = await asyncio.open_unix_connection(str(socket), limit=_BUFFER)
        backend = cls(reader, writer)
        writer.write(startup.encode())
        await writer.drain()
        return backend

    async def is_recovering(self) -> bool:
        """Whether PostgreSQL has refused the connection because it recovers from a crash."""
        self._first = [await self.receive()]
        (message,) = self._first
        return message.kind == b"E" and messages.fields(message.body).get("C") == CANNOT_CONNECT_NOW

    async def send(self, *batch: Message) -> None:
        """Send messages."""
        for message in batch:
            self._writer.write(message.encode())
        await self._writer.drain()

    async def receive(self) -> Message:
        """The next message. IncompleteReadError if PostgreSQL has gone."""
        message = self._first.pop() if self._first else await messages.read_message(self._reader)
        if message.kind == READY:
            self.status = message.body
        return message

    async def run(self, sql: str) -> list[list[str | None]]:
        """Run statements; the rows of all as texts. BackendError."""
        await self.send(messages.query(sql))
        return [row async for row in self._rows()]

    async def copy_in(self, sql: str, chunks: AsyncIterator[bytes]) -> None:
        """Run a COPY FROM STDIN with these data. BackendError; what `chunks` raises ends the COPY and is raised."""
        await self.send(messages.query(sql))
        await self._until(b"G")
        answer = asyncio.ensure_future(self._finish())
        try:
            await self._feed(chunks, answer)
        except BaseException:
            await self.send(Message(b"f", messages.cstrings("the local Redshift has ended this COPY")))
            await asyncio.wait([answer])
            answer.exception()  # it says only that the COPY was ended
            raise
        await answer

    async def copy_out(self, sql: str) -> AsyncIterator[bytes]:
        """Run a COPY TO STDOUT; its data, one line each. BackendError."""
        await self.send(messages.query(sql))
        await self._until(b"H")
        while (message := await self.receive()).kind == b"d":
            yield message.body
        if message.kind == b"E":
            await self._finish()
            raise BackendError(message)
        await self._finish()

    async def describe(self, sql: str) -> list[ResultColumn]:
        """The columns that a query would return. BackendError."""
        name = b"redshift_local\0"
        parse = Message(b"P", name + messages.cstrings(sql) + b"\0\0")
        await self.send(parse, Message(b"D", b"S" + name), Message(b"C", b"S" + name), Message(b"S", b""))
        found: list[ResultColumn] = []
        problem = None
        while (message := await self.receive()).kind != READY:
            if message.kind == b"T":
                found = result_columns(message.body)
            elif message.kind == b"E":
                problem = message
        if problem:
            raise BackendError(problem)
        return found

    @asynccontextmanager
    async def atomic(self) -> AsyncIterator[None]:
        """Make what happens within one transaction, unless one is open already."""
        if self.status != IDLE:
            yield
            return
        await self.run("BEGIN")
        try:
            yield
        except (SqlError, BackendError):
            await self.run("ROLLBACK")
            raise
        await self.run("COMMIT")

    async def fail(self, problem: SqlError) -> None:
        """Bring an open transaction into the failed state, as an error of PostgreSQL's own would."""
        if self.status != IN_TRANSACTION:
            return
        text = problem.message.replace("%", "%%").replace("'", "''").replace("\\", "\\\\").replace("\0", "")
        try:
            await self.run(f"DO $failed$ BEGIN RAISE EXCEPTION '{text.replace('$failed$', '')}'; END $failed$")
        except BackendError:
            return

    def close(self) -> None:
        """Cut the connection; PostgreSQL undoes what was not committed."""
        self._writer.close()

    async def _feed(self, chunks: AsyncIterator[bytes], answer: asyncio.Future[None]) -> None:
        async for chunk in chunks:
            if answer.done():  # PostgreSQL has refused a row already
                return
            await self.send(Message(b"d", chunk))
        if not answer.done():
            await self.send(Message(b"c", b""))

    async def _rows(self) -> AsyncIterator[list[str | None]]:
        problem = None
        while (message := await self.receive()).kind != READY:
            if message.kind == b"D":
                yield _values(message.body)
            elif message.kind == b"E":
                problem = message
            elif message.kind == b"N":
                self.notices.append(message)
        if problem:
            raise BackendError(problem)

    async def _finish(self) -> None:
        async for _ in self._rows():
            pass

    async def _until(self, kind: bytes) -> None:
        while (message := await self.receive()).kind != kind:
            if message.kind == b"E":
                await self._finish()
                raise BackendError(message)


def _values(body: bytes) -> list[str | None]:
    """The columns of a DataRow in text format."""
    count, at = int.from_bytes(body[:2], "big"), 2
    values: list[str | None] = []
    for _ in range(count):
        length = int.from_bytes(body[at : at + 4], "big", signed=True)
        at += 4
        values.append(None if length < 0 else body[at : at + length].decode())
        at += max(length, 0)
    return values
