"""`missing-timeout`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Fix, Problem
from dagspec.rule import Rule
from dagspec.rulekit.edits import add_key
from dagspec.rulekit.resources import a
from dagspec.view import PipelineView, TaskView

DEFAULT = "7 days"  # Airflow's [sensors] default_timeout
LIMIT = "2h"


class MissingTimeout(Rule):
    """Nothing limits how long a task waits for something outside.

    Why: a file that never comes keeps a sensor waiting for a week, Airflow's default, and the run with it. Nobody is
    told in all that time.

    Bad:
        tasks:
          wait_for_file:
            operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor
            bucket_key: s3://lake/in/{{ ds }}/done
            deferrable: true

    Good:
        tasks:
          wait_for_file:
            operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor
            bucket_key: s3://lake/in/{{ ds }}/done
            deferrable: true
            execution_timeout: 2h
    """

    severity = "warning"
    tags = ("time",)
    fixable = "unsafe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Tasks that wait and have none of their limits set, in a pipeline without a limit for the whole run."""
        if "dagrun_timeout" in pipeline.spec:
            return
        for task in pipeline.tasks.values():
            limits = (*task.facts.timeout, "execution_timeout")
            if _waits(task) and all(pipeline.setting(task, limit) is None for limit in limits):
                edit = add_key(pipeline.source, task.path, "operator", "execution_timeout", LIMIT)
                fix = Fix(f"set execution_timeout: {LIMIT}", (edit,)) if edit else None
                help_ = f"set {' or '.join(limits)}, for example execution_timeout: {LIMIT}"
                yield self.problem(pipeline.key(*task.path), _message(task), help_, fix=fix)


def _waits(task: TaskView) -> bool:
    # an operator without a limit of its own to set may have one inside
    return task.facts.sensor or bool(task.facts.waits_for and task.facts.timeout)


def _message(task: TaskView) -> str:
    if task.facts.sensor:
        return f'"{task.id}" may wait {DEFAULT}: it has no timeout'
    return f'"{task.id}" may wait for {a(task.facts.waits_for[0])} without end: it has no timeout'
