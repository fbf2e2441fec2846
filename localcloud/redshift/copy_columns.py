"""The columns of the table that a COPY fills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from localcloud.redshift.backend import Backend
from localcloud.redshift.errors import SYNTAX_ERROR, SqlError
from localcloud.redshift.quoting import literal

_QUERY = """
SELECT attname, format_type(atttypid, NULL), atttypmod, attnotnull AND attidentity = '', attidentity <> '', attrelid
FROM pg_catalog.pg_attribute WHERE attrelid = {table}::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_TEXTS = ("character varying", "character", "text")
# Redshift's names for what PostgreSQL calls otherwise
_NAMES = {"jsonb": "super", "bytea": "varbyte", "character varying": "varchar", "character": "char"}


@dataclass(frozen=True)
class Column:
    """Name, type without its length, length in bytes (texts only), and what may be missing."""

    name: str
    type: str
    length: int
    required: bool
    identity: bool

    @property
    def is_text(self) -> bool:
        """CHAR or VARCHAR."""
        return self.type in _TEXTS

    @property
    def redshift_type(self) -> str:
        """The type as Redshift calls it."""
        return _NAMES.get(self.type, self.type)


@dataclass(frozen=True)
class Target:
    """The table as written, its number, and the columns that are filled, in the order of the data."""

    table: str
    number: int
    columns: list[Column]


async def describe(backend: Backend, table: str, names: Sequence[str], *, explicit_ids: bool) -> Target:
    """Look the table up. BackendError if it is not there, SqlError for a column that is not."""
    rows = await backend.run(_QUERY.format(table=literal(table)))
    found = {str(row[0]): _column(row) for row in rows}
    missing = [name for name in names if name not in found]
    if missing:
        raise SqlError("42703", f'column "{missing[0]}" of relation "{table}" does not exist')
    chosen = [found[name] for name in names] or [item for item in found.values() if explicit_ids or not item.identity]
    if not explicit_ids and any(item.identity for item in chosen):
        raise SqlError(SYNTAX_ERROR, "a COPY that names an IDENTITY column needs the option EXPLICIT_IDS")
    return Target(table, int(str(rows[0][5])) if rows else 0, chosen)


def _column(row: Sequence[str | None]) -> Column:
    name, kind, modifier, required, identity = (str(value) for value in row[:5])
    length = int(modifier) - 4 if kind in _TEXTS else 0
    return Column(name, kind, max(length, 0), required == "t", identity == "t")
