"""`sensor-holds-worker`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from dagspec.kinds import parse_duration
from dagspec.problem import Fix, Problem
from dagspec.rule import Rule
from dagspec.rulekit.edits import add_key, replace_value
from dagspec.view import PipelineView, TaskView

SHORT = timedelta(minutes=30)
DEFAULT = timedelta(days=7)  # Airflow's [sensors] default_timeout


class SensorHoldsWorker(Rule):
    """A sensor keeps a worker slot for hours while it only waits.

    Why: in the mode `poke`, the default, a sensor sleeps inside a worker between two looks. A few of them fill all
    slots, and no task that has work to do can start.

    Bad:
        tasks:
          wait_for_file:
            operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor
            bucket_key: s3://lake/in/{{ ds }}/done
            timeout: 21600

    Good:
        tasks:
          wait_for_file:
            operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor
            bucket_key: s3://lake/in/{{ ds }}/done
            timeout: 21600
            deferrable: true
    """

    severity = "warning"
    tags = ("lifecycle",)
    fixable = "unsafe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Sensors in poke mode whose limit is longer than half an hour."""
        for task in pipeline.tasks.values():
            longest = _longest(pipeline, task) if task.facts.sensor else None
            if longest and longest > SHORT and _holds(pipeline, task):
                key, value = ("deferrable", "true") if task.facts.deferrable else ("mode", "reschedule")
                message = f'"{task.id}" holds a worker slot while it waits, for up to {_in_words(longest)}'
                fix = _fix(pipeline, task, key, value)
                yield self.problem(pipeline.place(*task.path, "operator"), message, f"set {key}: {value}", fix=fix)


def _holds(pipeline: PipelineView, task: TaskView) -> bool:
    if task.facts.defers or task.arguments.get("mode", "poke") != "poke":
        return False
    return not pipeline.setting(task, "deferrable")


def _longest(pipeline: PipelineView, task: TaskView) -> timedelta | None:
    """The shortest of its limits and the run's; None when one of them cannot be read."""
    values = (task.arguments.get("timeout"), pipeline.setting(task, "execution_timeout"))
    limits = [_duration(value) for value in (*values, pipeline.spec.get("dagrun_timeout"))]
    return None if None in limits else min(limit for limit in limits if limit is not None)


def _duration(value: object) -> timedelta | None:
    if value is None:
        return DEFAULT
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return parse_duration(value if isinstance(value, str) else round(value))
    except (ValueError, OverflowError):
        return None


def _in_words(limit: timedelta) -> str:
    for unit, seconds in (("day", 86_400), ("hour", 3_600)):
        count = limit.total_seconds() / seconds
        if count >= 1:
            return f"{count:.3g} {unit}{'s' if count != 1 else ''}"
    return f"{round(limit.total_seconds() / 60)} minutes"


def _fix(pipeline: PipelineView, task: TaskView, key: str, value: str) -> Fix | None:
    if key in task.arguments:
        edit = replace_value(pipeline.source, (*task.path, key), value)
    else:
        edit = add_key(pipeline.source, task.path, "operator", key, value)
    return Fix(f"set {key}: {value}", (edit,)) if edit else None
