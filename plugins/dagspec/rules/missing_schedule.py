"""`missing-schedule`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.view import PipelineView


class MissingSchedule(Rule):
    """The spec does not say when the pipeline runs.

    Why: Airflow 3 never starts a DAG without a schedule, while Airflow 2 ran it every day. Writing `null` tells the
    reader that starting it by hand is meant.

    Bad:
        owner: data
        tasks:
          report:
            operator: airflow.providers.standard.operators.empty.EmptyOperator

    Good:
        owner: data
        schedule: null
        tasks:
          report:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
    """

    severity = "warning"
    tags = ("time",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Whether the key is there at all."""
        if pipeline.is_sound and not {"schedule", "trigger"} & pipeline.spec.keys():
            message = "no schedule: this pipeline only runs when somebody starts it"
            help_ = "add `schedule: null` if that is meant, else a cron text such as `0 6 * * *`"
            yield self.problem(pipeline.place(), message, help_)
