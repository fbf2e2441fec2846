"""One client's connection: its messages are translated, the statements that PostgreSQL lacks are run here."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from localcloud.redshift import messages
from localcloud.redshift.backend import IDLE, READY, Backend, BackendError
from localcloud.redshift.columns import as_redshift
from localcloud.redshift.errors import SqlError
from localcloud.redshift.messages import Message
from localcloud.redshift.statements import Action, Context, Plain, Statement
from localcloud.redshift.translate import is_transaction_control, translate, translate_single

# what ends PostgreSQL's answer to a message of the extended protocol
_LAST_ANSWER = {b"P": (b"1",), b"B": (b"2",), b"C": (b"3",), b"D": (b"T", b"n"), b"E": (b"C", b"I", b"s")}
_CHUNK_BYTES = 1 << 16
_Refused = SqlError | BackendError


@dataclass
class Session:
    """Client and backend take turns: a request is forwarded up to its end, then the whole answer is read."""

    client: asyncio.StreamReader
    answers: asyncio.StreamWriter
    backend: Backend
    context: Context
    _statements: dict[bytes, Statement] = field(default_factory=dict)
    _portals: dict[bytes, bytes] = field(default_factory=dict)
    _expected: deque[tuple[bytes, ...]] = field(default_factory=deque)
    _skipping: bool = False
    _unsent: bytearray = field(default_factory=bytearray)

    async def run(self) -> None:
        """Serve until the client or PostgreSQL goes away (IncompleteReadError, ConnectionError)."""
        requests: asyncio.Queue[Message] = asyncio.Queue(maxsize=1000)
        reading = asyncio.ensure_future(self._read(requests))
        try:
            while (message := await requests.get()).kind != b"X":
                await self._take(message)
        finally:
            reading.cancel()

    async def greet(self) -> None:
        """Hand on PostgreSQL's answer to the first message, up to its readiness or its refusal."""
        while (message := await self.backend.receive()).kind not in (READY, b"E"):
            await self._answer(as_redshift(message))
        await self._answer(message)

    async def _read(self, requests: asyncio.Queue[Message]) -> None:
        """Notice at once when the client goes, also while a statement runs."""
        try:
            while True:
                await requests.put(await messages.read_message(self.client))
        except (asyncio.IncompleteReadError, ConnectionError):
            self.backend.close()
            await requests.put(Message(b"X", b""))

    async def _take(self, message: Message) -> None:
        if message.kind == b"Q":
            await self._simple_query(message.body[:-1].decode())
        elif message.kind == b"S":
            await self.backend.send(message)
            await self._relay_until_ready()
        elif self._skipping:
            return
        elif message.kind == b"H":
            await self._drain()
        else:
            await self._extended(message)

    # simple protocol

    async def _simple_query(self, sql: str) -> None:
        try:
            statements = translate(sql, self.context)
            plain = [statement for statement in statements if isinstance(statement, Plain)]
            if len(plain) == len(statements):
                await self.backend.send(messages.query(";\n".join(item.sql for item in plain)))
                await self._relay_until_ready()
                return
            await self._run_all(statements)
        except (SqlError, BackendError) as problem:
            await self._refuse(problem)
        await self._answer(messages.ready(self.backend.status))

    async def _run_all(self, statements: list[Statement]) -> None:
        """Several statements in one message are one transaction, unless they say otherwise."""
        whole = self.backend.status == IDLE and len(statements) > 1 and not any(map(is_transaction_control, statements))
        if whole:
            await self.backend.run("BEGIN")
        try:
            for statement in statements:
                await self._run_one(statement)
        except (SqlError, BackendError):
            if whole:
                await self.backend.run("ROLLBACK")
            raise
        if whole:
            await self.backend.run("COMMIT")

    async def _run_one(self, statement: Statement) -> None:
        if isinstance(statement, Action):
            await self._act(statement)
            return
        await self.backend.send(messages.query(statement.sql))
        problem = None
        while (message := await self.backend.receive()).kind != READY:
            if message.kind == b"E":
                problem = message
            else:
                await self._answer(as_redshift(message))
        if problem:
            raise BackendError(problem)

    # extended protocol

    async def _extended(self, message: Message) -> None:
        try:
            if message.kind == b"P":
                message = self._parse(message)
            elif message.kind == b"B":
                portal, statement, _ = message.body.split(b"\0", 2)
                self._portals[portal] = statement
            elif message.kind == b"E" and (action := self._action_of(message)):
                await self._drain()
                if not self._skipping:
                    await self._act(action)
                return
            await self.backend.send(message)
            self._expected.append(_LAST_ANSWER[message.kind])
        except (SqlError, BackendError) as problem:
            await self._drain()
            await self._refuse(problem)
            self._skipping = True

    def _parse(self, message: Message) -> Message:
        name, sql, types = message.body.split(b"\0", 2)
        statement = translate_single(sql.decode(), self.context)
        self._statements[name] = statement
        # PostgreSQL prepares an empty text for an action, so that Bind and Describe have their answers
        text = "" if isinstance(statement, Action) else statement.sql
        return Message(b"P", name + b"\0" + messages.cstrings(text) + types)

    def _action_of(self, message: Message) -> Action | None:
        portal = message.body.split(b"\0", 1)[0]
        statement = self._statements.get(self._portals.get(portal, b""))
        return statement if isinstance(statement, Action) else None

    async def _drain(self) -> None:
        """Read and hand on all answers that are due."""
        if not self._expected:
            return
        await self.backend.send(Message(b"H", b""))
        while self._expected:
            message = await self.backend.receive()
            await self._answer(as_redshift(message))
            if message.kind == b"E":
                self._skipping = True
                self._expected.clear()
            elif message.kind in self._expected[0]:
                self._expected.popleft()

    # answers

    async def _act(self, action: Action) -> None:
        tag = await action.run(self.context)
        for notice in self.context.take_notices():
            await self._answer(notice)
        await self._answer(messages.complete(tag))

    async def _refuse(self, problem: _Refused) -> None:
        if isinstance(problem, BackendError):
            await self._answer(problem.message)
            return
        await self.backend.fail(problem)
        await self._answer(messages.error(problem))

    async def _relay_until_ready(self) -> None:
        self._expected.clear()
        self._skipping = False
        while (message := await self.backend.receive()).kind != READY:
            await self._answer(as_redshift(message))
        await self._answer(message)

    async def _answer(self, message: Message) -> None:
        """Send, but collect rows: what ends them sends them along."""
        self._unsent += message.encode()
        if message.kind != b"D" or len(self._unsent) > _CHUNK_BYTES:
            self.answers.write(bytes(self._unsent))
            self._unsent.clear()
            await self.answers.drain()
