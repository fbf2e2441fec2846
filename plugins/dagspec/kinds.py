"""The kinds of values that specs and operators share: durations, dates, ids, paths.

Each is a msgspec annotation, so that schemas, checks and editors know it. `x-expected` is how messages call it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any

from msgspec import Meta


def _expected(text: str) -> dict[str, Any]:
    return {"x-expected": text}


_END = r"$(?![\s\S])"  # Python's own $ also matches before a last line break
_DURATION = r"^(\d{1,6}(\.\d{1,6})?(d|h|ms|m|s)){1,5}" + _END
_LARGEST = 2**31 - 1  # what Airflow's database keeps
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds"}
_ID = r"^[A-Za-z0-9_.-]{1,200}" + _END
_DATE = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?" + _END

Duration = Annotated[
    Annotated[str, Meta(pattern=_DURATION)] | Annotated[int, Meta(ge=0, le=_LARGEST)],
    Meta(extra_json_schema=_expected('a duration such as "90s", "15m", "2h" or "1d12h"')),
]
Date = Annotated[str, Meta(pattern=_DATE, extra_json_schema=_expected("a date such as 2024-01-31 or 2024-01-31T06:00"))]
Id = Annotated[str, Meta(pattern=_ID, extra_json_schema=_expected('a name of letters, digits, "_", "-" and "."'))]
NonEmpty = Annotated[str, Meta(min_length=1, extra_json_schema=_expected("a text"))]
Positive = Annotated[int, Meta(ge=1, le=_LARGEST, extra_json_schema=_expected("a whole number from 1"))]
Natural = Annotated[int, Meta(ge=0, le=_LARGEST, extra_json_schema=_expected("a whole number from 0"))]
S3Uri = Annotated[str, Meta(pattern=r"^s3://[^/]+(/.*)?$|^\{\{.*\}\}", extra_json_schema=_expected("an s3:// path"))]
Bucket = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]" + _END,
        extra_json_schema=_expected('a bucket\'s name such as "my-lake"'),
    ),
]
Queue = Annotated[
    str,
    Meta(
        pattern=r"^([A-Za-z0-9_-]{1,80}|https?://[^\s{}]+/[A-Za-z0-9_-]{1,80})" + _END,
        extra_json_schema=_expected("the name or the URL of a standard SQS queue"),
    ),
]
RepositoryFile = Annotated[
    str,
    Meta(min_length=1, extra_json_schema={"x-file": True} | _expected("a file of this repository, or an s3:// path")),
]


@lru_cache(maxsize=1024, typed=True)
def parse_duration(value: str | int) -> timedelta:
    """A duration of a spec as a timedelta; a bare number counts seconds.

    Raises ValueError for a text that is no duration.
    """
    if isinstance(value, int):
        return timedelta(seconds=value)
    if not re.fullmatch(_DURATION.removeprefix("^").removesuffix(_END), value):
        raise ValueError(f'not a duration: "{value}"')
    total = timedelta()
    for number, unit in re.findall(r"(\d+(?:\.\d+)?)(ms|d|h|m|s)", value):
        total += timedelta(**{_UNITS[unit]: float(number)})
    return total


def whole_seconds(value: str | int) -> int:
    """A duration of a spec in whole seconds, at least one: what waiters and triggers count in."""
    return max(1, round(parse_duration(value).total_seconds()))


def is_date(value: Any) -> bool:
    """Whether a value is spelled as a date; the day need not exist."""
    return isinstance(value, str) and re.fullmatch(_DATE.removeprefix("^").removesuffix(_END), value) is not None


def is_moment(value: str) -> bool:
    """Whether the day and the time of a text that is spelled as a date exist."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo:
            moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return True


def is_timezone(name: str) -> bool:
    """Whether there is a time zone of that name."""
    from zoneinfo import ZoneInfo  # most specs do without

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def parse_date(value: str, timezone: str) -> datetime:
    """A date of a spec as a datetime in `timezone`; an offset in the text is converted.

    Raises ValueError for a day that does not exist, KeyError for such a time zone.
    """
    from zoneinfo import ZoneInfo

    moment, zone = datetime.fromisoformat(value), ZoneInfo(timezone)
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
