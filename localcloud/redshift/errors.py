"""What goes wrong in the local Redshift, as a client is told of it."""

from __future__ import annotations

from dataclasses import dataclass

FEATURE_NOT_SUPPORTED = "0A000"
SYNTAX_ERROR = "42601"
ACTIVE_TRANSACTION = "25001"
INTERNAL_ERROR = "XX000"
CANNOT_CONNECT_NOW = "57P03"


@dataclass
class SqlError(Exception):
    """An error of a statement: SQLSTATE, message, and what helps."""

    code: str
    message: str
    detail: str = ""
    hint: str = ""

    def __str__(self) -> str:
        return self.message


class PostgresUnavailableError(Exception):
    """PostgreSQL does not run and cannot be started; the message says why."""


def unsupported(what: str, hint: str = "") -> SqlError:
    """The error for a statement or option that Redshift has and the local one has not."""
    return SqlError(FEATURE_NOT_SUPPORTED, f"the local Redshift does not support {what}", hint=hint)
