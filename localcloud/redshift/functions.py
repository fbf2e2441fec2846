"""Functions of Redshift that are written in another way for PostgreSQL; all others are in install/*.sql."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from localcloud.redshift.errors import SYNTAX_ERROR, SqlError, unsupported


@dataclass(frozen=True)
class Call:
    """A function call with its arguments, rendered already, and what belongs to it behind the parenthesis."""

    name: str
    arguments: list[str]
    within_group: str
    over: str

    def with_group(self, text: str) -> Call:
        """The call with the inside of its WITHIN GROUP."""
        return replace(self, within_group=text)

    def with_window(self, text: str) -> Call:
        """The call with the inside of its OVER."""
        return replace(self, over=f" OVER ({text})")

    def need(self, least: int, most: int | None = None) -> None:
        """Check the number of arguments. SqlError."""
        count = len(self.arguments)
        if count < least or (most is not None and count > most):
            wanted = str(least) if least == most else f"{least} or more" if most is None else f"{least} to {most}"
            raise SqlError("42883", f"function {self.name.lower()} takes {wanted} arguments, not {count}")


Rewrite = Callable[[Call], str]


def _renamed(name: str) -> Rewrite:
    return lambda call: f"{name}({', '.join(call.arguments)})"


def _unit_first(name: str, count: int) -> Rewrite:
    """The first argument is a date part, which may stand there without quotes."""

    def rewrite(call: Call) -> str:
        call.need(count, count)
        unit, *rest = call.arguments
        quoted = unit if unit.startswith("'") else f"'{unit.strip(chr(34)).lower()}'"
        return f"{name}({', '.join([quoted, *rest])})"

    return rewrite


def _decode(call: Call) -> str:
    if len(call.arguments) < 3:
        return _renamed("decode")(call)  # PostgreSQL's own: text to bytes
    value, *rest = call.arguments
    pairs = zip(rest[::2], rest[1::2], strict=False)
    whens = [f"WHEN ({value}) IS NOT DISTINCT FROM ({search}) THEN {result}" for search, result in pairs]
    otherwise = f" ELSE {rest[-1]}" if len(rest) % 2 else ""
    return f"CASE {' '.join(whens)}{otherwise} END"


def _nvl2(call: Call) -> str:
    call.need(3, 3)
    value, present, absent = call.arguments
    return f"CASE WHEN ({value}) IS NOT NULL THEN {present} ELSE {absent} END"


def _convert(call: Call) -> str:
    call.need(2, 2)
    kind, value = call.arguments
    return f"CAST({value} AS {kind})"


def _concat(call: Call) -> str:
    """NULL if one of both is NULL, other than PostgreSQL's."""
    call.need(2, 2)
    return f"(({call.arguments[0]})::text || ({call.arguments[1]})::text)"


def _listagg(call: Call) -> str:
    call.need(1, 2)
    if call.over:
        raise unsupported("LISTAGG as a window function", hint="Aggregate in a subquery and join.")
    value, separator = (*call.arguments, "''")[:2]
    distinct = re.match(r"(?i)distinct\s+", value)
    inner = value[distinct.end() :] if distinct else value
    order = f" {call.within_group}" if call.within_group else ""
    if not distinct:
        return f"string_agg(({inner})::text, {separator}{order})"
    if order and inner not in order:
        raise unsupported("LISTAGG(DISTINCT …) in an order other than that of its values")
    # PostgreSQL wants to see the very same expression in the order
    return f"string_agg(DISTINCT ({inner})::text, {separator}{order.replace(inner, f'({inner})::text')})"


def _ratio_to_report(call: Call) -> str:
    call.need(1, 1)
    if not call.over:
        raise SqlError(SYNTAX_ERROR, "RATIO_TO_REPORT is a window function: it needs OVER (…)")
    (value,) = call.arguments
    return f"(({value})::float8 / NULLIF(sum({value}){call.over}, 0))"


def _sha2(call: Call) -> str:
    call.need(2, 2)
    return f"redshift_local.sha2(({call.arguments[0]})::text, {call.arguments[1]})"


def _json_path(call: Call) -> str:
    """The last argument may say that invalid JSON gives NULL."""
    call.need(2)
    text, *path = call.arguments
    lenient = path[-1].lower() if path[-1].lower() in ("true", "false") else ""
    steps = path[:-1] if lenient else path
    return f"redshift_local.json_path({', '.join([text, lenient or 'false', *steps])})"


def _absent(call: Call) -> str:
    raise unsupported(f"the function {call.name}")


CALLS: dict[str, Rewrite] = {
    "NVL": _renamed("coalesce"),
    "ISNULL": _renamed("coalesce"),
    "NVL2": _nvl2,
    "DECODE": _decode,
    "CONVERT": _convert,
    "CONCAT": _concat,
    "AVG": _renamed("redshift_local.avg"),
    "REGEXP_REPLACE": _renamed("redshift_local.regexp_replace"),
    "REGEXP_SUBSTR": _renamed("redshift_local.regexp_substr"),
    "REGEXP_INSTR": _renamed("redshift_local.regexp_instr"),
    "REGEXP_COUNT": _renamed("redshift_local.regexp_count"),
    "JSON_EXTRACT_PATH_TEXT": _json_path,
    "LISTAGG": _listagg,
    "RATIO_TO_REPORT": _ratio_to_report,
    "SHA2": _sha2,
    "DATEADD": _unit_first("redshift_local.dateadd", 3),
    "DATE_ADD": _unit_first("redshift_local.dateadd", 3),
    "DATEDIFF": _unit_first("redshift_local.datediff", 3),
    "DATE_DIFF": _unit_first("redshift_local.datediff", 3),
    "DATE_PART": _unit_first("redshift_local.date_part", 2),
    "DATEPART": _unit_first("redshift_local.date_part", 2),
    "PGDATE_PART": _unit_first("redshift_local.date_part", 2),
    "VERSION": _renamed("redshift_local.version"),
    "HLL": _absent,
    "HLL_CREATE_SKETCH": _absent,
    "ST_POINT": _absent,
    "ST_GEOMFROMTEXT": _absent,
}
WITH_GROUP = ("LISTAGG",)
WITH_WINDOW = ("LISTAGG", "RATIO_TO_REPORT")
