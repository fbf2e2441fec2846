"""The table of Databricks Runtime releases."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from dagspec.lazy import lazily
from dagspec.tables import table

_VERSION = lazily(r"(?:custom:)?(?:release__)?(\d+)\.(\d+)\b")


class Table(msgspec.Struct, frozen=True):
    """Release → the day that its support ends. recommended: the key of a release to use."""

    checked: date
    recommended: str
    long_term: dict[str, date]
    others: dict[str, date]


class Runtime(Struct, frozen=True):
    """One release on a given day. ended: None when it has not, or on a day that is not known."""

    name: str
    has_ended: bool
    ended: date | None = None


def runtimes() -> Table:
    """The committed table."""
    return table("dbr", Table)


def runtime_of(key: Any, day: date) -> Runtime | None:
    """The release that a `spark_version` names, on that day; None when it names none."""
    match = _VERSION.match(key) if isinstance(key, str) else None
    if match is None:
        return None
    name = f"{match[1]}.{match[2]}"
    end = (runtimes().long_term | runtimes().others).get(name)
    if end is not None:
        return Runtime(name, end <= day, end if end <= day else None)
    # support lasts three years at most, so what is older than a release without support has none either
    gone = [_number(other) for other, end in runtimes().long_term.items() if end <= day]
    return Runtime(name, _number(name) < max(gone, default=(0, 0)))


def _number(name: str) -> tuple[int, int]:
    major, _, minor = name.partition(".")
    return int(major), int(minor)
