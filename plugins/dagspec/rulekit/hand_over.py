"""Which S3 paths a task reads and writes, as far as it can be told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from dagspec.lazy import lazily
from dagspec.problem import KeyPath
from dagspec.rulekit.s3 import S3Path, s3_paths
from dagspec.view import TaskView, Text

_READ_IN_SQL = lazily(r"(?i)\b(?:FROM|URL\s*=|LOCATION\s*=?)\s*'(s3://[^']+)'")
_WRITTEN_IN_SQL = lazily(r"(?i)\b(?:TO|INTO)\s*'(s3://[^']+)'")
_IN_BUCKET = lazily(r"(?:(?P<side>source|dest)_)?(?:\w+_)?(?:key|prefix)")


class Handed(Struct, frozen=True):
    """One path and the task that reads or writes it. verb: whether it writes the path, or only names it to its job."""

    task: str
    path: S3Path
    verb: str = "writes"


def reads(task: TaskView) -> Iterator[Handed]:
    """The paths of its options that read, and those that its SQL loads."""
    yield from _of_options(task, task.facts.reads)
    yield from _in_sql(task, _READ_IN_SQL)


def writes(task: TaskView) -> Iterator[Handed]:
    """The paths of its options that write, those that its SQL unloads, and every path that its job is told.

    The last may be read as well: what a job does with its arguments cannot be seen.
    """
    yield from _of_options(task, task.facts.writes)
    yield from _in_sql(task, _WRITTEN_IN_SQL)
    if "emr_step" in (*task.facts.submits, *task.facts.waits_for):
        option = task.facts.cluster or "steps"
        for text in _texts(task.arguments.get(option), (*task.path, option)):
            yield from (Handed(task.id, path, "names") for path in s3_paths(text))


def _of_options(task: TaskView, options: tuple[str, ...]) -> Iterator[Handed]:
    for option in options:
        bucket = _bucket_of(task, option)
        for text in _texts(task.arguments.get(option), (*task.path, option)):
            whole = text.value if text.value.startswith("s3://") or not bucket else f"s3://{bucket}/{text.value}"
            yield from (Handed(task.id, path) for path in s3_paths(Text(whole, text.path)))


def _bucket_of(task: TaskView, option: str) -> str:
    """The bucket that stands in an option of its own, for options that hold a key or a prefix."""
    found = _IN_BUCKET.fullmatch(option)
    side = f"{found['side']}_" if found and found["side"] else ""
    names = (f"{side}bucket_name", f"{side}s3_bucket", f"{side}bucket") if found else ()
    return next((value for name in names if isinstance(value := task.arguments.get(name), str)), "")


def _in_sql(task: TaskView, pattern: re.Pattern[str]) -> Iterator[Handed]:
    for option in task.facts.sql:
        for text in _texts(task.arguments.get(option), (*task.path, option)):
            for match in pattern.finditer(text.value):
                yield from (Handed(task.id, path) for path in s3_paths(Text(match[1], text.path)))


def _texts(value: Any, path: KeyPath) -> Iterator[Text]:
    if isinstance(value, str):
        yield Text(value, path)
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield from _texts(inner, (*path, key))
