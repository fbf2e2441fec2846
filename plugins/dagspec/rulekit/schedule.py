"""Cron schedules: what Airflow makes of the text, when it fires, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise

from dagspec.expressions import has_reference
from dagspec.view import PipelineView, TaskView

# Airflow's own; croniter has further aliases such as @midnight, which Airflow hands on to it
PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
}
NOT_CRON = ("@once", "@continuous")
SAMPLE = 60  # ticks that are looked at for the shortest interval


def schedule_text(pipeline: PipelineView) -> str | None:
    """The schedule when it is meant as cron; None for by hand, assets, @once, @continuous, or what cannot be told."""
    schedule = pipeline.spec.get("schedule")
    if not isinstance(schedule, str) or not schedule or has_reference(schedule) or schedule in NOT_CRON:
        return None
    return schedule


def is_scheduled(pipeline: PipelineView) -> bool:
    """Whether more than one run of it can start without a person: by cron, by assets or by objects that land."""
    return schedule_text(pipeline) is not None or is_triggered(pipeline)


def is_triggered(pipeline: PipelineView) -> bool:
    """Whether its runs have no logical date: assets or objects that land start them."""
    return isinstance(pipeline.spec.get("schedule"), list) or "trigger" in pipeline.spec


def ticks(cron: str, start: datetime) -> Iterator[datetime]:
    """The times that a schedule fires at, from `start` on; none when the text is no cron."""
    from croniter import croniter

    try:
        clock = croniter(PRESETS.get(cron, cron), start - timedelta(seconds=1))
        while True:
            yield clock.get_next(datetime)
    except (ValueError, OverflowError):  # no such time comes, or it is no cron
        return


def shortest_interval(pipeline: PipelineView) -> timedelta | None:
    """The shortest time between two runs; None when it is not scheduled by cron."""
    text = schedule_text(pipeline)
    if text is None:
        return None
    return _usual_interval(text) or _shortest(text)


def _usual_interval(text: str) -> timedelta | None:
    """The interval of the schedules that most pipelines have, which need no croniter; None for any other."""
    minute, hour, *rest = (*PRESETS.get(text, text).split(" "), "", "")
    if not (rest[:3] == ["*", "*", "*"] and len(rest) == 5 and _is_number(minute, 59)):
        return None
    if hour == "*":
        return timedelta(hours=1)
    return timedelta(days=1) if _is_number(hour, 23) else None


def _is_number(text: str, most: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 2 and int(text) <= most


@lru_cache(maxsize=1024)
def _shortest(text: str) -> timedelta | None:
    times = islice(ticks(text, datetime(2024, 1, 1, tzinfo=UTC)), SAMPLE)
    return min((later - sooner for sooner, later in pairwise(times)), default=None)


def in_words(interval: timedelta) -> str:
    """`5 minutes`, `90 seconds`, `2 hours`."""
    seconds = int(interval.total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds % size == 0:
            return _counted(seconds // size, unit)
    return _counted(seconds, "second")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}s" if number != 1 else unit


def hurried(pipeline: PipelineView) -> tuple[timedelta, TaskView] | None:
    """The interval of the runs and the task whose cluster takes longer than that to start, if there is one."""
    slow = [task for task in pipeline.tasks.values() if task.facts.creates and task.facts.minutes]
    interval = shortest_interval(pipeline) if slow else None
    slowest = max(slow, key=lambda task: task.facts.minutes, default=None)
    if interval is None or slowest is None or interval >= timedelta(minutes=slowest.facts.minutes):
        return None
    return interval, slowest
