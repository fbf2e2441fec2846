"""`parallel-continuous-runs`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Edit, Fix, Problem
from dagspec.rule import Rule
from dagspec.rulekit.edits import add_key, replace_value
from dagspec.view import PipelineView


class ParallelContinuousRuns(Rule):
    """The schedule is `@continuous`, and more than one run may be active.

    Why: Airflow refuses such a DAG. It allows 16 active runs where `max_active_runs` is not set.

    Bad:
        schedule: "@continuous"
        tasks:
          poll:
            operator: airflow.providers.standard.operators.empty.EmptyOperator

    Good:
        schedule: "@continuous"
        max_active_runs: 1
        tasks:
          poll:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
    """

    tags = ("time",)
    fixable = "safe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Whether the limit is anything but one."""
        if pipeline.spec.get("schedule") == "@continuous" and pipeline.spec.get("max_active_runs") != 1:
            limited = "max_active_runs" in pipeline.spec
            place = pipeline.place("max_active_runs" if limited else "schedule")
            edit = _edit(pipeline, limited)
            fix = Fix("set max_active_runs: 1", (edit,), safe=True) if edit else None
            message = "Airflow refuses @continuous where more than one run may be active"
            yield self.problem(place, message, "set max_active_runs: 1", fix=fix)


def _edit(pipeline: PipelineView, limited: bool) -> Edit | None:
    if limited:
        return replace_value(pipeline.source, ("max_active_runs",), "1")
    return add_key(pipeline.source, (), "schedule", "max_active_runs", "1")
