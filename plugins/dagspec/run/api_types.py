"""What Airflow's REST API answers, as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

# Airflow's UI folds what stands between these; in a terminal they are noise.
_FOLDING_MARKS = ("::group::", "::endgroup::")
# Airflow's own frames stand above each task's and say nothing about it.
_AIRFLOW_CODE = "/site-packages/airflow/"


@dataclass(frozen=True)
class Task:
    """A task of a DAG and the tasks that come after it."""

    task_id: str
    downstream: tuple[str, ...]


@dataclass(frozen=True)
class TaskState:
    """A task instance as it is now. Times are aware datetimes, ``state`` is None before scheduling."""

    task_id: str
    map_index: int
    state: str | None
    try_number: int
    started: datetime | None
    ended: datetime | None


@dataclass(frozen=True)
class Dag:
    """A DAG that Airflow knows."""

    dag_id: str
    parsed: datetime | None
    tags: tuple[str, ...]


@dataclass(frozen=True)
class ImportFailure:
    """A DAG file that could not be imported, and when that was found."""

    file: str
    stack_trace: str
    found: datetime


def time_from(text: str) -> datetime:
    """Return the aware datetime of an ISO text."""
    return datetime.fromisoformat(text)


def _optional_time(text: str | None) -> datetime | None:
    return time_from(text) if text else None


def dag_from(entry: dict[str, Any]) -> Dag:
    """Read one entry of ``/dags``."""
    tags = tuple(tag["name"] for tag in entry["tags"])
    return Dag(entry["dag_id"], _optional_time(entry["last_parsed_time"]), tags)


def task_state_from(entry: dict[str, Any]) -> TaskState:
    """Read one entry of ``/taskInstances``."""
    return TaskState(
        task_id=entry["task_id"],
        map_index=entry["map_index"],
        state=entry["state"],
        try_number=entry["try_number"],
        started=_optional_time(entry["start_date"]),
        ended=_optional_time(entry["end_date"]),
    )


def log_lines(entry: str | dict[str, Any]) -> list[str]:
    """Return the lines of one log entry, with its exceptions and their frames outside Airflow."""
    if isinstance(entry, str):
        return entry.splitlines()
    event = str(entry.get("event", ""))
    # An entry without a time that names a log file is Airflow's own note of where it read.
    is_source = not entry.get("timestamp") and event.endswith(".log")
    lines = [] if is_source or event.startswith(_FOLDING_MARKS) else event.splitlines()
    for cause in entry.get("error_detail") or ():
        frames = [frame for frame in cause.get("frames") or () if _AIRFLOW_CODE not in frame["filename"]]
        lines += [f"  {frame['filename']}:{frame['lineno']} in {frame['name']}" for frame in frames]
        lines.append(f"{cause.get('exc_type')}: {cause.get('exc_value')}")
    return lines
