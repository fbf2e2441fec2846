"""Exact sums: fakesnow sums everything as floating-point numbers, because Snowflake also sums texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
from fakesnow.params import MutableParams
from sqlglot import exp

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

_MARK = "exact"


def mark_sums(expression: exp.Expr, cursor: LocalCursor) -> exp.Expr:  # noqa: ARG001 - the signature of all of them
    """`SELECT SUM(price) FROM t`: remember which casts will be fakesnow's."""
    for total in expression.find_all(exp.Sum):
        total.meta[_MARK] = not isinstance(total.this, exp.Cast | exp.TryCast)
    return expression


def exact_sums(expression: exp.Expr, cursor: LocalCursor, params: MutableParams | None) -> exp.Expr:
    """The statement with sums in the type of their columns, or as it is if a column is no number."""
    if not any(total.meta.get(_MARK) for total in expression.find_all(exp.Sum)):
        return expression
    exact = expression.copy()
    for total in exact.find_all(exp.Sum):
        if total.meta.get(_MARK) and isinstance(total.this, exp.TryCast):
            total.set("this", total.this.this)
    try:
        cursor.duck.execute(f"EXPLAIN {exact.sql(dialect='duckdb')}", params)
    except duckdb.Error:
        return expression  # SUM of a text column, or an error that the statement itself will tell
    return exact
