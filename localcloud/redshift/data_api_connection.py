"""Connections to the local Redshift, over the port that all clients use."""

from __future__ import annotations

from typing import Any, TypeAlias

import psycopg

Connection: TypeAlias = psycopg.Connection[Any]
_CONNECT_SECONDS = 60


def connect(port: int, database: str, user: str) -> Connection:
    """A connection to the local Redshift in auto-commit mode. psycopg.OperationalError if it cannot be had."""
    return psycopg.connect(
        host="127.0.0.1",
        port=port,
        dbname=database,
        user=user,
        password="",
        sslmode="disable",
        connect_timeout=_CONNECT_SECONDS,
        application_name="redshift-data",
        autocommit=True,
        prepare_threshold=None,
    )


def message_of(error: psycopg.Error) -> str:
    """The server's message as the Data API gives it, with what the server adds."""
    if not error.diag.message_primary:
        # not the server's but the driver's: its first line says what happened, the others only guess
        return f"ERROR: {(str(error).splitlines() or [type(error).__name__])[0]}"
    parts = [f"ERROR: {error.diag.message_primary}"]
    if error.diag.message_detail:
        parts.append(f"  Detail: {error.diag.message_detail}")
    if error.diag.message_hint:
        parts.append(f"  Hint: {error.diag.message_hint}")
    return "\n".join(parts)
