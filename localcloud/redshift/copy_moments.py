"""Dates and times of a COPY, by DATEFORMAT and TIMEFORMAT."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from localcloud.redshift.copy_columns import Column
from localcloud.redshift.copy_options import CopyOptions
from localcloud.redshift.copy_row import RowError, Value

Step = Callable[[str], Value]
_TOKENS = {
    "YYYY": "%Y", "YY": "%y", "MONTH": "%B", "MON": "%b", "MM": "%m", "DD": "%d", "DY": "%a", "DAY": "%A",
    "HH24": "%H", "HH12": "%I", "HH": "%H", "MI": "%M", "SS": "%S", "AM": "%p", "PM": "%p", "OF": "%z", "US": "%f",
}  # fmt: skip
_TOKEN = re.compile("|".join(sorted(_TOKENS, key=len, reverse=True)), re.IGNORECASE)


def date_step(column: Column, options: CopyOptions) -> Step:
    """How a DATE is read: DATEFORMAT, or whatever PostgreSQL understands."""
    chosen = options.date_format
    if chosen and chosen.lower() != "auto":
        pattern = _pattern(chosen)
        return _lenient(
            options, lambda value: _parsed(column, value, pattern, 1205, "Invalid Date Format").date().isoformat()
        )
    if options.has("ACCEPTANYDATE"):
        return _date_or_nothing
    return lambda value: value


def timestamp_step(column: Column, options: CopyOptions) -> Step:
    """How a TIMESTAMP is read: TIMEFORMAT, or whatever PostgreSQL understands."""
    chosen = options.time_format
    divisor = {"epochsecs": 1, "epochmillisecs": 1000}.get(chosen.lower())
    if divisor:
        return lambda value: _epoch(column, value, divisor)
    if chosen and chosen.lower() != "auto":
        pattern = _pattern(chosen)
        return _lenient(
            options, lambda value: str(_parsed(column, value, pattern, 1206, "Invalid timestamp format or value"))
        )
    return lambda value: value


def _lenient(options: CopyOptions, parse: Callable[[str], str]) -> Callable[[str], Value]:
    """With ACCEPTANYDATE, what is no date becomes NULL."""
    if not options.has("ACCEPTANYDATE"):
        return parse

    def accept(value: str) -> Value:
        try:
            return parse(value)
        except RowError:
            return None

    return accept


def _date_or_nothing(value: str) -> Value:
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except ValueError:
        return None


def _pattern(text: str) -> str:
    return _TOKEN.sub(lambda found: _TOKENS[found.group().upper()], text)


def _parsed(column: Column, value: str, pattern: str, code: int, reason: str) -> datetime:
    for wanted in (pattern, f"{pattern}.%f"):
        try:
            return datetime.strptime(value, wanted)
        except ValueError:
            continue
    raise RowError(code, reason, column, value)


def _epoch(column: Column, value: str, divisor: int) -> str:
    try:
        return datetime.fromtimestamp(float(value) / divisor, UTC).replace(tzinfo=None).isoformat(" ")
    except (ValueError, OverflowError, OSError) as error:
        raise RowError(1206, "Invalid timestamp format or value", column, value) from error
