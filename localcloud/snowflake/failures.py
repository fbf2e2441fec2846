"""Whatever goes wrong inside becomes one clear error of Snowflake's: a client would retry anything else for minutes."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from snowflake.connector.errors import Error, ProgrammingError
from sqlglot.errors import SqlglotError

from localcloud.snowflake.errors import unsupported

log = logging.getLogger(__name__)
_FAKESNOW_GAP = 9999
_NO_FILE = re.compile(r'No files found that match the pattern "([^"]+)"|Cannot open file "([^"]+)"')
# DuckDB's error: Snowflake's number and state
_NUMBERS: list[tuple[type[duckdb.Error], int, str]] = [
    (duckdb.InterruptException, 604, "57014"),
    (duckdb.TransactionException, 625, "57014"),
    (duckdb.ConstraintException, 100072, "22000"),
    (duckdb.ConversionException, 100038, "22018"),
    (duckdb.OutOfRangeException, 100046, "22003"),
    (duckdb.InvalidInputException, 100080, "22000"),
    (duckdb.IOException, 91016, "22000"),
    (duckdb.CatalogException, 2003, "42S02"),
    (duckdb.BinderException, 904, "42000"),
    (duckdb.ParserException, 1003, "42000"),
    (duckdb.Error, 100132, "P0000"),
]


@contextmanager
def as_snowflake_errors(statement: str) -> Iterator[None]:
    """Raise ProgrammingError instead of anything that is not Snowflake's."""
    try:
        yield
    except ProgrammingError as error:
        if error.errno == _FAKESNOW_GAP:
            raise unsupported(f"this statement ({_first_line(str(error.__cause__))})") from error
        raise
    except Error:
        raise
    except duckdb.Error as error:
        raise _from_duckdb(error) from error
    except SqlglotError as error:
        raise ProgrammingError(msg=f"SQL compilation error:\n{_plain(error)}", errno=1003, sqlstate="42000") from error
    except Exception as error:
        log.exception("cannot run %s", statement)
        raise unsupported(f"this statement ({type(error).__name__}: {_first_line(str(error))})") from error


def _from_duckdb(error: duckdb.Error) -> ProgrammingError:
    if isinstance(error, duckdb.InterruptException):
        return ProgrammingError(msg="SQL execution canceled", errno=604, sqlstate="57014")
    text = str(error)
    if found := _NO_FILE.search(text):
        text = f"Remote file '{found[1] or found[2]}' was not found. Refresh the external table that it belongs to."
    number, state = next((number, state) for kind, number, state in _NUMBERS if isinstance(error, kind))
    return ProgrammingError(msg=_without_advice(text), errno=number, sqlstate=state)


def _without_advice(text: str) -> str:
    """DuckDB's advice names options that Snowflake does not have."""
    return text.partition("\nPossible")[0].partition("\n\nLINE")[0].strip()


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _plain(error: SqlglotError) -> str:
    return re.sub(r"\x1b\[\d+m", "", str(error))
