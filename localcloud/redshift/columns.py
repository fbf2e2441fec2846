"""Answers of PostgreSQL made to look like Redshift's: its version, and the numbers of its own types."""

from __future__ import annotations

import struct
from typing import NamedTuple

from localcloud.redshift import messages
from localcloud.redshift.messages import Message

VERSION = "8.0.2"  # what every Redshift says
# PostgreSQL's type -> the type of Redshift that it stands for: jsonb is SUPER
_TYPES = {3802: 4000}


def as_redshift(message: Message) -> Message:
    """The message that Redshift would have sent."""
    if message.kind == b"S" and message.body.startswith(b"server_version\0"):
        return Message(b"S", messages.cstrings("server_version", VERSION))
    if message.kind == b"T":
        return Message(b"T", _row_description(message.body))
    return message


class ResultColumn(NamedTuple):
    """A column of a result: its name, type and type modifier, and where the type stands in the message."""

    name: str
    type: int
    modifier: int
    at: int


def result_columns(body: bytes) -> list[ResultColumn]:
    """The columns that a RowDescription tells of."""
    found: list[ResultColumn] = []
    at = 2
    for _ in range(int.from_bytes(body[:2], "big")):
        end = body.index(b"\0", at)
        name = body[at:end].decode()
        at = end + 1 + 6  # past the table and the column number
        kind, _, modifier = struct.unpack_from("!Ihi", body, at)
        found.append(ResultColumn(name, kind, modifier, at))
        at += 12  # past the type, its size, its modifier and the format
    return found


def _row_description(body: bytes) -> bytes:
    renamed = bytearray(body)
    for column in result_columns(body):
        struct.pack_into("!I", renamed, column.at, _TYPES.get(column.type, column.type))
    return bytes(renamed)
