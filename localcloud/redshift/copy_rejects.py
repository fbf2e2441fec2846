"""The rows that a COPY refuses: counted against MAXERROR, and placed in their files."""

from __future__ import annotations

import re
from typing import Protocol

from localcloud.redshift import messages
from localcloud.redshift.backend import BackendError
from localcloud.redshift.copy_columns import Column, Target
from localcloud.redshift.copy_row import RowError
from localcloud.redshift.copy_source import Source
from localcloud.redshift.errors import INTERNAL_ERROR, SqlError
from localcloud.redshift.load_errors import LoadError
from localcloud.redshift.messages import Message

_CONTEXT = re.compile(
    r"COPY .*?, line (?P<row>\d+)(?:, column (?P<column>.+?)(?:: \"(?P<value>.*)\"|: null input)?)?$", re.DOTALL
)
_SKIPPED = re.compile(
    r"skipping row .* at line (?P<row>\d+) for column \"(?P<column>.*?)\"(?:: \"(?P<value>.*)\"|: null input)$",
    re.DOTALL,
)
# Redshift's codes and words, by the kind of column that PostgreSQL could not fill
_REASONS = {
    "smallint": (1207, "Invalid digit or value out of range, Type: Short"),
    "integer": (1207, "Invalid digit or value out of range, Type: Integer"),
    "bigint": (1207, "Invalid digit or value out of range, Type: Long"),
    "real": (1208, "Invalid float value"),
    "double precision": (1208, "Invalid float value"),
    "numeric": (1209, "Invalid digit or value out of range, Type: Decimal"),
    "boolean": (1210, "Unknown boolean format"),
    "date": (1205, "Invalid Date Format"),
    "jsonb": (1224, "Invalid JSON for a SUPER column"),
}
_TIMESTAMP = (1206, "Invalid timestamp format or value")


class LoadFailedError(SqlError):
    """Too many rows were refused; they are in `sys_load_error_detail`."""


class Places(Protocol):
    """Knows where the rows that were sent stood."""

    def place(self, row: int) -> tuple[Source, int]:
        """File and line of the row with this number, from 1."""


class Rejects:
    """All refused rows of one COPY."""

    def __init__(self, target: Target, max_error: int) -> None:
        self.found: list[LoadError] = []
        self.refused_by_postgres = 0
        self._target = target
        self._allowed = max(max_error - 1, 0)  # the load fails when MAXERROR itself is reached

    def copy_options(self) -> str:
        """How PostgreSQL is to treat values that do not fit their columns."""
        skipping = f", ON_ERROR ignore, REJECT_LIMIT {self._allowed}, LOG_VERBOSITY verbose" if self._allowed else ""
        return f"FORMAT text{skipping}"

    def add(self, source: Source, line: int, problem: RowError) -> None:
        """Refuse a row."""
        self.found.append(LoadError(source, line, problem))

    def too_many(self) -> bool:
        """Whether the load has failed."""
        return len(self.found) > self._allowed

    def check(self) -> None:
        """LoadFailedError if too many rows were refused."""
        if self.too_many():
            raise self._failed()

    def take_notices(self, notices: list[Message], places: Places) -> None:
        """Take PostgreSQL's notices about skipped rows out of those that the client is to see."""
        for notice in list(notices):
            if match := _SKIPPED.match(messages.fields(notice.body).get("M", "")):
                notices.remove(notice)
                self.refused_by_postgres += 1
                self.found.append(self._load_error(match, places))

    def explain(self, error: BackendError, places: Places) -> None:
        """LoadFailedError if PostgreSQL has refused a value; other errors are left as they are."""
        given = messages.fields(error.message.body)
        match = _CONTEXT.match(given.get("W", ""))
        # SQLSTATE 22: the value is wrong; everything else (a killed server, a full disk) is not the row's fault
        if match and given.get("C", "").startswith("22"):
            self.found.append(self._load_error(match, places))
            raise self._failed() from error

    def _load_error(self, match: re.Match[str], places: Places) -> LoadError:
        named = match["column"]
        column = next((item for item in self._target.columns if item.name == named), None)
        code, reason = _reason(column)
        source, line = places.place(int(match["row"]))
        return LoadError(source, line, RowError(code, reason, column, match["value"] or ""))

    def _failed(self) -> LoadFailedError:
        table = self._target.table
        first = min(self.found, key=lambda item: (item.source.url, item.line))
        message = f"Load into table '{table}' failed.  Check 'sys_load_error_detail' system table for details."
        return LoadFailedError(INTERNAL_ERROR, message, detail=first.describe())


def _reason(column: Column | None) -> tuple[int, str]:
    if column is None:
        return 1200, "Unknown parse error"
    if column.type.startswith("timestamp"):
        return _TIMESTAMP
    return _REASONS.get(column.type, (1200, f"Invalid value, Type: {column.redshift_type}"))
