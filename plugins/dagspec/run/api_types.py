"""What Airflow's REST API answers, as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


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
    """Return the lines of one log entry, with the frames and text of its exceptions."""
    if isinstance(entry, str):
        return entry.splitlines()
    lines = str(entry.get("event", "")).splitlines()
    for cause in entry.get("error_detail") or ():
        lines += [f"  {f['filename']}:{f['lineno']} in {f['name']}" for f in cause.get("frames") or ()]
        lines.append(f"{cause.get('exc_type')}: {cause.get('exc_value')}")
    return lines
