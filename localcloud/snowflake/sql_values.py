"""Values in the texts that Snowflake's SQL API answers with."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

_EPOCH = date(1970, 1, 1)
_UTC_OFFSET = 1440  # of a TIMESTAMP_TZ: minutes, plus 1440


def row_texts(row: dict[str, Any]) -> list[str | None]:
    """One row of a result, from an Arrow table's Python values."""
    return [text(value) for value in row.values()]


def text(value: Any) -> str | None:
    """A value: dates in days, times and timestamps in seconds with nine decimals, since the epoch."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return _timestamp(value)
    if isinstance(value, date):
        return str((value - _EPOCH).days)
    if isinstance(value, time):
        seconds = (value.hour * 60 + value.minute) * 60 + value.second
        return f"{seconds}.{value.microsecond:06d}000"
    if isinstance(value, bytes):
        return value.hex().upper()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _timestamp(value: datetime) -> str:
    moment = value if value.tzinfo else value.replace(tzinfo=UTC)
    # in whole numbers, as a float loses microseconds; rounded down, also before 1970
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    written = f"{since.days * 86400 + since.seconds}.{since.microseconds:06d}000"
    return f"{written} {_UTC_OFFSET}" if value.tzinfo else written
