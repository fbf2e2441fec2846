"""Statements that are accepted and do nothing here. Each says so in its answer; no other statement is ignored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from localcloud.snowflake.errors import unsupported
from localcloud.snowflake.results import message

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

_KINDS = (
    r"WAREHOUSE|(?:STORAGE |NOTIFICATION |API |SECURITY )?INTEGRATION|ROLE|DATABASE ROLE|RESOURCE MONITOR|"
    r"NETWORK POLICY|TASK"
)
ADMIN = re.compile(rf"(?:CREATE|ALTER|DROP) (?:OR REPLACE )?(?P<kind>{_KINDS})\b.*", re.IGNORECASE | re.DOTALL)
GRANT = re.compile(r"(?P<kind>GRANT|REVOKE) .*", re.IGNORECASE | re.DOTALL)
USE = re.compile(r"USE (?P<kind>ROLE|WAREHOUSE|SECONDARY ROLES) (?P<name>.+)", re.IGNORECASE)
SESSION = re.compile(r"ALTER SESSION (?:SET|UNSET) (?P<settings>.+)", re.IGNORECASE | re.DOTALL)
_SETTING = re.compile(r"(?P<name>\w+)(?: ?= ?(?:'[^']*'|[\w.-]+))?[, ]*")
# session parameters that change no answer
_HARMLESS = re.compile(
    r"QUERY_TAG|STATEMENT_TIMEOUT_IN_SECONDS|STATEMENT_QUEUED_TIMEOUT_IN_SECONDS|LOCK_TIMEOUT|USE_CACHED_RESULT|"
    r"ABORT_DETACHED_QUERY|CLIENT_\w+|PYTHON_CONNECTOR_\w+|ROWS_PER_RESULTSET|LOG_LEVEL|TRACE_LEVEL",
    re.IGNORECASE,
)
_FAKESNOWS = ("AUTOCOMMIT", "QUOTED_IDENTIFIERS_IGNORE_CASE")


def ignore(cursor: LocalCursor, found: re.Match[str]) -> str:  # noqa: ARG001 - the signature of all of them
    """`CREATE WAREHOUSE …`, `CREATE STORAGE INTEGRATION …`, `GRANT …`, `CREATE TASK …`"""
    kind = found["kind"].upper()
    note = "; it never runs" if kind == "TASK" else ""
    return message(f"Statement ignored: {kind} has no effect on the local Snowflake{note}.")


def use(cursor: LocalCursor, found: re.Match[str]) -> str:
    """`USE ROLE r`, `USE WAREHOUSE w`: CURRENT_ROLE() and CURRENT_WAREHOUSE() tell them, nothing else heeds them."""
    kind, name = found["kind"].upper(), found["name"].strip().upper()
    if kind == "ROLE":
        cursor.connection.role = name
    elif kind == "WAREHOUSE":
        cursor.connection.warehouse = name
    return message(f"Statement ignored: {kind} has no effect on the local Snowflake.")


def set_session(cursor: LocalCursor, found: re.Match[str]) -> str | bool:  # noqa: ARG001 - the signature of all of them
    """`ALTER SESSION SET QUERY_TAG = '…'`: settings that change no answer."""
    names = [setting["name"].upper() for setting in _SETTING.finditer(found["settings"])]
    if any(name in _FAKESNOWS for name in names):
        return False
    for name in names:
        if not _HARMLESS.fullmatch(name):
            raise unsupported(f"the session parameter {name}", "leave it out, or set it in the queries themselves")
    return message(f"Statement ignored: {', '.join(names)} has no effect on the local Snowflake.")
