"""The table of Databricks Runtime releases."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

_TABLE = Path(__file__).parent.parent / "data" / "dbr.yaml"
_VERSION = re.compile(r"(?:custom:)?(?:release__)?(\d+)\.(\d+)\b")


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


@cache
def table() -> Table:
    """The committed table."""
    return msgspec.convert(yaml.safe_load(_TABLE.read_text(encoding="utf-8")), Table)


def runtime_of(key: Any, day: date) -> Runtime | None:
    """The release that a `spark_version` names, on that day; None when it names none."""
    match = _VERSION.match(key) if isinstance(key, str) else None
    if match is None:
        return None
    name = f"{match[1]}.{match[2]}"
    end = (table().long_term | table().others).get(name)
    if end is not None:
        return Runtime(name, end <= day, end if end <= day else None)
    # support lasts three years at most, so what is older than a release without support has none either
    gone = [_number(other) for other, end in table().long_term.items() if end <= day]
    return Runtime(name, _number(name) < max(gone, default=(0, 0)))


def _number(name: str) -> tuple[int, int]:
    major, _, minor = name.partition(".")
    return int(major), int(minor)
