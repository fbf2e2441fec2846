"""How the rows of one file get into a table, and what happens to those that do not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from localcloud.snowflake.errors import bad_value, syntax
from localcloud.snowflake.formats import FileFormat
from localcloud.snowflake.load_history import Loaded
from localcloud.snowflake.storage import StoredFile
from localcloud.snowflake.text import ObjectName, identifier

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

_HINT = "To load the other rows or files, use ON_ERROR = CONTINUE or SKIP_FILE."


class Target(NamedTuple):
    """The table, and the columns to fill with their types in DuckDB."""

    name: ObjectName
    columns: list[tuple[str, str]]

    @classmethod
    def of(cls, cursor: LocalCursor, name: ObjectName, wanted: list[str]) -> Target:
        """The table's columns, or those that the statement names, in its order."""
        types = {row[0]: row[1] for row in cursor.duck.execute(f"DESCRIBE {name.sql()}").fetchall()}
        for column in wanted:
            if column not in types:
                raise syntax(f"The table {name.name} has no column '{column}': it has {', '.join(types)}.")
        return cls(name, [(column, types[column]) for column in wanted or types])


class Value(NamedTuple):
    """A column's value before it is cast: an expression of DuckDB."""

    column: str
    type: str
    expression: str

    def cast(self) -> str:
        """The value as its column wants it."""
        if self.type == "JSON":
            return f"to_json({self.expression})"
        return f"CAST({self.expression} AS {self.type})"

    def is_bad(self) -> str:
        """Whether the value cannot be cast; any value can be a variant."""
        if self.type == "JSON":
            return "false"
        return f"({self.expression} IS NOT NULL AND TRY_CAST({self.expression} AS {self.type}) IS NULL)"


@dataclass(frozen=True)
class Loader:
    """Loads file by file into one table."""

    cursor: LocalCursor
    target: Target
    format: FileFormat
    on_error: str

    def load(self, file: StoredFile) -> Loaded:
        """Load one file; what ON_ERROR says happens with what cannot be loaded."""
        try:
            return self._insert(file)
        except duckdb.Error as error:
            if self.on_error != "SKIP_FILE":
                raise
            return Loaded(file, "LOAD_FAILED", errors=1, first_error=str(error).partition("\n")[0])

    def source(self, file: StoredFile) -> str:
        """The FROM item to read."""
        raise NotImplementedError

    def values(self, file: StoredFile) -> list[Value]:
        """What goes into the columns."""
        raise NotImplementedError

    def _insert(self, file: StoredFile) -> Loaded:
        source, values = self.source(file), self.values(file)
        duck = self.cursor.duck
        bad = " OR ".join(value.is_bad() for value in values)
        numbered = f"(SELECT row_number() OVER () AS _line, _row.* FROM {source} AS _row)"  # noqa: S608 - quoted names
        errors = duck.execute(f"SELECT _line FROM {numbered} WHERE {bad} ORDER BY _line").fetchall()  # noqa: S608 - quoted names
        if errors and self.on_error != "CONTINUE":
            return self._failed(file, numbered, values, errors)
        columns = ", ".join(identifier(value.column) for value in values)
        casts = ", ".join(value.cast() for value in values)
        (loaded,) = duck.execute(
            f"INSERT INTO {self.target.name.sql()} ({columns}) SELECT {casts} FROM {source} WHERE NOT ({bad})"  # noqa: S608 - quoted names
        ).fetchone() or (0,)
        first = self._explain(numbered, values, errors[0][0]) if errors else None
        status = "PARTIALLY_LOADED" if errors else "LOADED"
        parsed = loaded + len(errors)
        line = errors[0][0] if errors else None
        return Loaded(file, status, parsed, loaded, parsed or 1, len(errors), first, line)

    def _failed(self, file: StoredFile, numbered: str, values: list[Value], errors: list[tuple[int]]) -> Loaded:
        line = errors[0][0]
        reason = self._explain(numbered, values, line)
        if self.on_error == "SKIP_FILE":
            return Loaded(file, "LOAD_FAILED", 0, 0, 1, len(errors), reason, line)
        raise bad_value(f"{reason}\n  File '{file.url}', row {line}\n  {_HINT}")

    def _explain(self, numbered: str, values: list[Value], line: int) -> str:
        for value in values:
            query = f"SELECT {value.expression} FROM {numbered} WHERE _line = ? AND {value.is_bad()}"  # noqa: S608 - quoted names
            found = self.cursor.duck.execute(query, [line]).fetchone()
            if found:
                return f"'{found[0]}' is no {value.type}, the type of the column {value.column}"
        return "a value does not fit its column"
