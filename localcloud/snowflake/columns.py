"""The columns of a result: their types, in the forms that Snowflake's clients can read."""

from __future__ import annotations

from typing import Any

import sqlglot
from duckdb import DuckDBPyConnection
from fakesnow.params import MutableParams
from fakesnow.rowtype import duckdb_to_sf_type
from sqlglot import exp

from localcloud.snowflake.text import identifier

# HUGEINT, the type of a sum, would reach clients as a floating-point number
_AS = {
    "HUGEINT": "DECIMAL(38, 0)",
    "UHUGEINT": "DECIMAL(38, 0)",
    "FLOAT": "DOUBLE",
    "TINYINT": "BIGINT",
    "SMALLINT": "BIGINT",
    "UTINYINT": "BIGINT",
    "USMALLINT": "BIGINT",
    "UINTEGER": "BIGINT",
    "TIMESTAMP_S": "TIMESTAMP",
    "TIMESTAMP_MS": "TIMESTAMP",
}


def with_known_types(query: exp.Query, duck: DuckDBPyConnection, params: MutableParams | None) -> exp.Expr:
    """A query of DuckDB whose columns have types that Snowflake has: `SELECT SUM(id), [1, 2], 1.5::FLOAT`."""
    sql = query.sql(dialect="duckdb")
    described = duck.execute(f"DESCRIBE {sql}", params).fetchall()
    if all(_is_known(row[1]) for row in described) or _has_doubles(described):
        return query
    select = ", ".join(_known(row[0], row[1]) for row in described)
    return sqlglot.parse_one(f"SELECT {select} FROM ({sql}) AS _fs_query", read="duckdb")  # noqa: S608 - quoted names


def _has_doubles(described: list[Any]) -> bool:
    """Whether two columns have one name: they cannot be told apart outside of the query."""
    return len({row[0].lower() for row in described}) < len(described)


def _is_known(kind: str) -> bool:
    return kind not in _AS and (kind in duckdb_to_sf_type or kind.startswith("DECIMAL"))


def _known(name: str, kind: str) -> str:
    column = identifier(name)
    if _is_known(kind):
        return column
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        return f"to_json({column}) AS {column}"
    return f"CAST({column} AS {_AS.get(kind, 'VARCHAR')}) AS {column}"
