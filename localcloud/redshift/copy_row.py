"""A row on its way from a file to a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from localcloud.redshift.copy_columns import Column

Value = str | None


@dataclass
class RowError(Exception):
    """Why a row cannot be loaded: Redshift's code and words, the column and its text."""

    code: int
    reason: str
    column: Column | None = None
    value: str = ""


@dataclass(frozen=True)
class Row:
    """A row as read: its fields, the line that it stands on, and what is wrong with it already."""

    values: Sequence[Value]
    line: int
    problem: RowError | None = None

    def checked(self) -> Sequence[Value]:
        """The fields. RowError if the row is wrong already."""
        if self.problem:
            raise self.problem
        return self.values
