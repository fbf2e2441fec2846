"""Failures on request, so that a client's retries can be tried against a real server."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

_calls: Counter[str] = Counter()
_lock = threading.Lock()


def next_failure(wish: Mapping[str, str]) -> int | None:
    """Give the HTTP status to fail this call with, or None to answer it.

    `wish` has `fail` (a status, 400 to 599), `times` (how many calls fail, default 1) and `key`
    (calls are counted per key). Raises ValueError on anything else.
    """
    if "fail" not in wish:
        return None
    status = _whole_number(wish, "fail", "500")
    if not 400 <= status <= 599:
        raise ValueError("fail must be a status from 400 to 599")
    return status if _count(wish.get("key", "")) <= _whole_number(wish, "times", "1") else None


def _whole_number(wish: Mapping[str, str], name: str, default: str) -> int:
    text = wish.get(name, default)
    if not text.isdecimal():
        raise ValueError(f"{name} must be a whole number, not {text!r}")
    return int(text)


def _count(key: str) -> int:
    """Count one more call of a key; gives the calls so far."""
    with _lock:
        _calls[key] += 1
        return _calls[key]
