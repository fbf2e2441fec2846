"""What a COPY could not load, kept apart from its transaction: `sys_load_error_detail`, `stl_load_errors`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from localcloud.redshift.copy_columns import Target
from localcloud.redshift.copy_row import RowError
from localcloud.redshift.copy_source import Source
from localcloud.redshift.statements import Connect

_LONGEST_TEXT = 1024
_INSERT = """
INSERT INTO redshift_local.load_errors
    (query_id, user_id, session_id, table_id, table_name, file_name, line_number,
     column_name, column_type, column_length, raw_line, raw_field_value, error_code, error_message)
VALUES (%s, 100, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class LoadError:
    """One row that was refused, and where it stands."""

    source: Source
    line: int
    problem: RowError

    def describe(self) -> str:
        """One line for the client."""
        column = f", column {self.problem.column.name}" if self.problem.column else ""
        return f"{self.source.url}, line {self.line}{column}: {self.problem.reason}"


def record(connect: Connect, query: int, session: int, target: Target, found: Sequence[LoadError]) -> None:
    """Write them down, whatever becomes of the COPY."""
    with connect() as connection:
        for item in found:
            connection.execute(_INSERT, _values(query, session, target, item))


def _values(query: int, session: int, target: Target, item: LoadError) -> list[object]:
    column = item.problem.column
    value = item.problem.value[:_LONGEST_TEXT].encode(errors="replace").decode().replace("\0", "?")
    named = [column.name, column.redshift_type, str(column.length or "")] if column else ["", "", ""]
    place = [item.source.url, item.line]
    return [
        query,
        session,
        target.number,
        target.table,
        *place,
        *named,
        "",
        value,
        item.problem.code,
        item.problem.reason,
    ]
