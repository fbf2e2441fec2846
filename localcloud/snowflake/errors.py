"""Errors as Snowflake words and numbers them."""

from __future__ import annotations

from snowflake.connector.errors import ProgrammingError


def unsupported(what: str, hint: str = "") -> ProgrammingError:
    """What Snowflake can do and the local one cannot: never pretend, always say so."""
    advice = f"; {hint}" if hint else ""
    return ProgrammingError(msg=f"The local Snowflake does not support {what}{advice}.", errno=2, sqlstate="0A000")


def syntax(message: str) -> ProgrammingError:
    """A statement that Snowflake would not take either."""
    return ProgrammingError(msg=f"SQL compilation error:\n{message}", errno=1003, sqlstate="42000")


def not_found(kind: str, name: str) -> ProgrammingError:
    """An object that does not exist."""
    message = f"SQL compilation error:\n{kind} '{name}' does not exist or not authorized."
    return ProgrammingError(msg=message, errno=2003, sqlstate="02000")


def already_exists(name: str) -> ProgrammingError:
    """CREATE without OR REPLACE or IF NOT EXISTS, for the second time."""
    message = f"SQL compilation error:\nObject '{name}' already exists."
    return ProgrammingError(msg=message, errno=2002, sqlstate="42710")


def remote_file_missing(url: str) -> ProgrammingError:
    """A file that was listed by name, or registered, is not there."""
    message = f"Remote file '{url}' was not found. If it belongs to an external table, refresh the table."
    return ProgrammingError(msg=message, errno=91016, sqlstate="22000")


def bad_value(message: str) -> ProgrammingError:
    """A value of a file that cannot be loaded into its column."""
    return ProgrammingError(msg=message, errno=100038, sqlstate="22018")


def no_database() -> ProgrammingError:
    """An unqualified name in a session without a database."""
    message = "This session does not have a current database. Call 'USE DATABASE', or use a qualified name."
    return ProgrammingError(msg=message, errno=90105, sqlstate="22000")


def no_schema() -> ProgrammingError:
    """An unqualified name in a session without a schema."""
    message = "This session does not have a current schema. Call 'USE SCHEMA', or use a qualified name."
    return ProgrammingError(msg=message, errno=90106, sqlstate="22000")
