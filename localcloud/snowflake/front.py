"""One port for both ways in: TLS, and a proxy's CONNECT to `<account>.snowflakecomputing.com`.

Clients that build Snowflake's own address cannot be told another one; they can be told a proxy.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket

_TLS_HELLO = 0x16
_CHUNK = 65536
_HELLO_SECONDS = 30
_CONNECT = re.compile(rb"CONNECT ([\w.-]+):\d+ HTTP/1\.[01]\r\n")
_OURS = re.compile(rb"(?:[\w-]+\.)+snowflakecomputing\.com|localhost|127\.0\.0\.1", re.IGNORECASE)
_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


async def listen(listener: socket.socket, inner_port: int) -> asyncio.Server:
    """Accept connections and pass their bytes to the TLS server at the inner port."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            await _serve(reader, writer, inner_port)
        writer.close()

    return await asyncio.start_server(connected, sock=listener)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, inner_port: int) -> None:
    first = await asyncio.wait_for(reader.readexactly(1), _HELLO_SECONDS)
    if first[0] == _TLS_HELLO:
        return await _relay(reader, writer, inner_port, first)
    head = first + await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _HELLO_SECONDS)
    asked = _CONNECT.match(head)
    if asked and _OURS.fullmatch(asked[1]):
        writer.write(_ESTABLISHED)
        return await _relay(reader, writer, inner_port, b"")
    reason = "this proxy leads to *.snowflakecomputing.com only" if asked else "this port speaks TLS: use https://"
    writer.write(_refusal(reason))
    return await writer.drain()


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, first: bytes) -> None:
    inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
    inner_writer.write(first)
    try:
        await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))
    finally:
        inner_writer.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while chunk := await source.read(_CHUNK):
        sink.write(chunk)
        await sink.drain()
    with contextlib.suppress(OSError, RuntimeError):
        sink.close()


def _refusal(reason: str) -> bytes:
    body = f"{reason}\n".encode()
    return b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
