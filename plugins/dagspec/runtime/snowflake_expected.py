"""What a check expects of the rows of its query, and what it found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypedDict

Row = Sequence[Any]
_LONGEST = 200  # characters of rows in a report


class Check(TypedDict):
    """One check. rows: `min`, `max`, `equal`. values: the rows of the query. One of the two is None.

    counts: the query gives one number, that of the rows; otherwise its own rows are counted.
    """

    name: str
    sql: str
    counts: bool
    rows: dict[str, int] | None
    values: list[list[Any]] | None


def judged(check: Check, rows: list[dict[str, Any]] | None, reason: str = "") -> dict[str, str]:
    """One line of the report. rows: None when the query failed, for that reason."""
    wanted, values = check["rows"], check["values"]
    expected = _range(wanted) if wanted else _rows(values or [])
    if rows is None:
        found, is_right = reason, False
    elif wanted:
        count = int(next(iter(rows[0].values()))) if check["counts"] else len(rows)
        found, is_right = str(count), _is_within(count, wanted)
    else:
        got = [list(row.values()) for row in rows]
        found, is_right = _rows(got), same_rows(got, values or [])
    return {"check": check["name"], "expected": expected, "found": found, "result": "ok" if is_right else "FAILED"}


def same_rows(found: Sequence[Row], expected: Sequence[Row]) -> bool:
    """Whether the rows are the same, in the same order."""
    return len(found) == len(expected) and all(map(_same_row, found, expected))


def _same_row(found: Row, expected: Row) -> bool:
    return len(found) == len(expected) and all(map(_same, found, expected))


def _same(found: Any, expected: Any) -> bool:
    if found is None or expected is None or isinstance(found, bool):
        # what a template gives is text
        return found is expected or (isinstance(found, bool) and str(expected).lower() == str(found).lower())
    if isinstance(found, float):
        return math.isclose(found, _number(expected), rel_tol=1e-9)
    if isinstance(found, int | Decimal):
        return Decimal(found) == _number(expected)
    return str(found) == str(expected)


def _number(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal("NaN")  # equal to nothing


def _is_within(count: int, wanted: dict[str, int]) -> bool:
    if "equal" in wanted:
        return count == wanted["equal"]
    return wanted.get("min", 0) <= count <= wanted.get("max", count)


def _range(wanted: dict[str, int]) -> str:
    if "equal" in wanted:
        return f"{wanted['equal']} rows"
    low, high = wanted.get("min"), wanted.get("max")
    if high is None:
        return f"at least {low} rows"
    return f"at most {high} rows" if low is None else f"{low} to {high} rows"


def _rows(rows: Sequence[Row]) -> str:
    text = "; ".join(", ".join("NULL" if value is None else str(value) for value in row) for row in rows)
    return f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text or "no rows"
