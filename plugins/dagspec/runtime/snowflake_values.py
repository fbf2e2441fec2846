"""The texts in which Snowflake's SQL API gives values → values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

_EPOCH = datetime(1970, 1, 1)
_UTC_OFFSET = 1440  # a TIMESTAMP_TZ has its offset in minutes, plus 1440


def python_value(text: str | None, column: Mapping[str, Any]) -> Any:
    """A value: numbers as int, float or Decimal, dates and times in ISO 8601, all else as text.

    column: its `type` and `scale`, as `rowType` has them.
    """
    if text is None:
        return None
    kind = str(column.get("type", "text")).lower()
    if kind == "fixed":
        return Decimal(text) if column.get("scale") else int(text)
    return _READERS.get(kind, str)(text)


def _moment(seconds: str) -> datetime:
    whole, _, fraction = seconds.partition(".")
    return _EPOCH + timedelta(seconds=int(whole), microseconds=int(fraction.ljust(6, "0")[:6]))


def _with_offset(text: str) -> str:
    seconds, _, offset = text.partition(" ")
    zone = timezone(timedelta(minutes=int(offset or _UTC_OFFSET) - _UTC_OFFSET))
    return _moment(seconds).replace(tzinfo=UTC).astimezone(zone).isoformat()


_READERS: dict[str, Callable[[str], Any]] = {
    "real": float,
    "boolean": lambda text: text.lower() in ("true", "1"),
    "date": lambda text: (date(1970, 1, 1) + timedelta(days=int(text))).isoformat(),
    "time": lambda text: _moment(text).time().isoformat(),
    "timestamp_ntz": lambda text: _moment(text).isoformat(),
    "timestamp_ltz": lambda text: _moment(text).replace(tzinfo=UTC).isoformat(),
    "timestamp_tz": _with_offset,
}
