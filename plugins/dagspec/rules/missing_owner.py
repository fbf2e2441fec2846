"""`missing-owner`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.view import PipelineView


class MissingOwner(Rule):
    """No team answers for the pipeline.

    Why: Airflow shows the owner "airflow", and whoever sees a failed run does not know whom to ask.

    Bad:
        schedule: null
        tasks:
          report:
            operator: airflow.providers.standard.operators.empty.EmptyOperator

    Good:
        owner: finance-data
        schedule: null
        tasks:
          report:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
    """

    severity = "info"
    tags = ("care",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Whether the pipeline or else each of its tasks has an owner."""
        if not pipeline.is_sound or "owner" in pipeline.spec:
            return
        if any(pipeline.setting(task, "owner") is None for task in pipeline.tasks.values()):
            message = "no owner: nobody is told whom to ask when this fails"
            yield self.problem(pipeline.place(), message, "add `owner: <team>`")
