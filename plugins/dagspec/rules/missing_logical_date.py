"""`missing-logical-date`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.airflow_context import airflow_context
from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.expr import at, uses_of
from dagspec.rulekit.schedule import is_triggered
from dagspec.view import PipelineView


class MissingLogicalDate(Rule):
    """A pipeline that assets or landing objects trigger uses the logical date, or a name made from it.

    Why: a run that an asset triggers has no logical date and no data interval, so `ds` and the like are undefined and
    the task fails when it starts. A run by hand has them, so a trial run does not show it.

    Bad:
        schedule: [s3://lake/raw]
        tasks:
          greet:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo {{ ds }}

    Good:
        schedule: [s3://lake/raw]
        tasks:
          greet:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo {{ dag_run.run_after | ds }}
    """

    tags = ("expr",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Only where assets, or objects that land, start the runs."""
        if not is_triggered(pipeline):
            return
        dated = airflow_context().dated
        for template, use in uses_of(pipeline):
            if use.name in dated:
                message = f'a run that an asset triggers has no "{use.name}"'
                end = use.offset + len(use.name)
                yield at(self, pipeline, template, use.offset, end, message, f"use {dated[use.name]}")
