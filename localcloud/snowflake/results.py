"""Answers of statements that DuckDB does not run, as a SELECT that fakesnow's cursor can answer with."""

from __future__ import annotations

from collections.abc import Sequence

from localcloud.snowflake.text import identifier, literal

Value = str | int | float | bool | None


def message(text: str) -> str:
    """One row, one column `status`."""
    return f"SELECT {literal(text)} AS status"


def rows(columns: Sequence[str], values: Sequence[Sequence[Value]]) -> str:
    """Rows of constants; without any, the columns are text."""
    names = ", ".join(map(identifier, columns))
    if not values:
        nulls = ", ".join("NULL::VARCHAR" for _ in columns)
        return f"SELECT * FROM (VALUES ({nulls})) AS t({names}) WHERE false"  # noqa: S608 - quoted names
    lines = ", ".join("(" + ", ".join(map(literal, row)) + ")" for row in values)
    return f"SELECT * FROM (VALUES {lines}) AS t({names})"  # noqa: S608 - quoted names
