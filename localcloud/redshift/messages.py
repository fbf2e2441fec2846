"""Messages of PostgreSQL's wire protocol, version 3: a type byte, a length, a body."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Mapping
from typing import NamedTuple

from localcloud.redshift.errors import SqlError

SSL_REQUEST = 80877103
GSS_REQUEST = 80877104
CANCEL_REQUEST = 80877102
_LONGEST_STARTUP = 10_000


class Message(NamedTuple):
    """One message: its type byte and its body without the length."""

    kind: bytes
    body: bytes

    def encode(self) -> bytes:
        """The bytes on the wire."""
        return self.kind + struct.pack("!I", len(self.body) + 4) + self.body


class Startup(NamedTuple):
    """A connection's first message: the protocol code and what follows it."""

    code: int
    body: bytes

    def encode(self) -> bytes:
        """The bytes on the wire."""
        return struct.pack("!II", len(self.body) + 8, self.code) + self.body

    def parameters(self) -> dict[str, str]:
        """Names and values: user, database, application_name …"""
        parts = self.body.decode(errors="replace").split("\0")
        return {name: value for name, value in zip(parts[::2], parts[1::2], strict=False) if name}


async def read_startup(reader: asyncio.StreamReader) -> Startup:
    """Read a first message. ConnectionError if it is none."""
    length, code = struct.unpack("!II", await reader.readexactly(8))
    if not 8 <= length <= _LONGEST_STARTUP:
        raise ConnectionError("this is not PostgreSQL's wire protocol")
    return Startup(code, await reader.readexactly(length - 8))


async def read_message(reader: asyncio.StreamReader) -> Message:
    """Read a message. IncompleteReadError if the other side has gone, ConnectionError if it speaks otherwise."""
    head = await reader.readexactly(5)
    length = int.from_bytes(head[1:], "big")
    if length < 4:
        raise ConnectionError("this is not PostgreSQL's wire protocol")
    return Message(head[:1], await reader.readexactly(length - 4))


def startup(code: int, parameters: Mapping[str, str]) -> Startup:
    """A first message for PostgreSQL."""
    return Startup(code, cstrings(*(text for pair in parameters.items() for text in pair)) + b"\0")


def query(sql: str) -> Message:
    """A simple query."""
    return Message(b"Q", cstrings(sql))


def complete(tag: str) -> Message:
    """The end of a statement, with its command tag."""
    return Message(b"C", cstrings(tag))


def ready(status: bytes) -> Message:
    """The end of a request: `I` idle, `T` in a transaction, `E` in a failed one."""
    return Message(b"Z", status)


def error(problem: SqlError, severity: str = "ERROR") -> Message:
    """An error of this proxy's own."""
    return Message(b"E", _fields(severity, problem))


def notice(text: str, severity: str = "INFO") -> Message:
    """A notice."""
    return Message(b"N", _fields(severity, SqlError("00000", text)))


def fields(body: bytes) -> dict[str, str]:
    """The fields of an error or notice: `M` message, `C` SQLSTATE …"""
    parts = body.decode(errors="replace").split("\0")
    return {part[0]: part[1:] for part in parts if part}


def cstrings(*texts: str) -> bytes:
    """Texts, each ended by a zero byte."""
    return b"".join(text.encode() + b"\0" for text in texts)


def _fields(severity: str, problem: SqlError) -> bytes:
    values = {"S": severity, "V": severity, "C": problem.code, "M": problem.message}
    optional = {"D": problem.detail, "H": problem.hint}
    present = {**values, **{name: text for name, text in optional.items() if text}}
    # a zero byte within a text would end it and garble what follows
    return cstrings(*(name + text.replace("\0", "") for name, text in present.items())) + b"\0"
