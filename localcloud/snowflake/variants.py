"""What Snowflake does with variants and names where DuckDB does otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like, exp.ILike, exp.In)


def compare_as_text(expression: exp.Expr, cursor: LocalCursor) -> exp.Expr:  # noqa: ARG001 - the signature of all of them
    """`WHERE v:kind = 'x'`: the field as text, as DuckDB would read 'x' as JSON."""
    for comparison in list(expression.find_all(*_COMPARISONS)):
        sides = (comparison.this, comparison.args.get("expression"), *comparison.expressions)
        if any(isinstance(side, exp.Literal) and side.is_string for side in sides):
            for side in sides:
                _as_text(side)
    return expression


def count_names(expression: exp.Expr, cursor: LocalCursor) -> exp.Expr:  # noqa: ARG001 - the signature of all of them
    """`SELECT COUNT(*) FROM t`: the column is `COUNT(*)`, not DuckDB's `count_star()`."""
    for count in expression.expressions if isinstance(expression, exp.Select) else []:
        if isinstance(count, exp.Count):
            count.replace(exp.alias_(count.copy(), count.sql(dialect="snowflake").upper(), quoted=True))
    return expression


def _as_text(side: exp.Expr | None) -> None:
    if isinstance(side, exp.JSONExtract) and side.args.get("variant_extract"):
        side.replace(exp.cast(side.copy(), "VARCHAR"))
