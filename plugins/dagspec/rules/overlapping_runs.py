"""`overlapping-runs`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Fix, Problem, Related
from dagspec.rule import Rule
from dagspec.rulekit.edits import add_key
from dagspec.rulekit.resources import a, creators
from dagspec.rulekit.schedule import hurried, is_scheduled
from dagspec.view import PipelineView, TaskView

DEFAULT_RUNS = 16  # Airflow's max_active_runs_per_dag


class OverlappingRuns(Rule):
    """Two runs can be active at once although each writes the same table or creates a cluster.

    Why: when a run takes longer than usual, the next one starts beside it. Both write the same rows, or a second
    cluster is paid for.

    Bad:
        schedule: "@daily"
        tasks:
          spark:
            operator: emr.transient_cluster
            release_label: ${env.emr_release}
            steps:
              clean: {command: [aws, s3, ls]}

    Good:
        schedule: "@daily"
        max_active_runs: 1
        tasks:
          spark:
            operator: emr.transient_cluster
            release_label: ${env.emr_release}
            steps:
              clean: {command: [aws, s3, ls]}
    """

    severity = "warning"
    tags = ("time", "lifecycle")
    fixable = "unsafe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """The first shared table, else the first cluster; catchup and too frequent runs have rules of their own."""
        runs = pipeline.spec.get("max_active_runs")
        if runs == 1 or not is_scheduled(pipeline):
            return
        tables = [(task, table) for task in pipeline.tasks.values() for table in _tables(task)]
        if tables:
            task, table = tables[0]
            yield self._found(pipeline, task, f"two runs can write {table} at the same time", "writes it")
        elif runs is None and pipeline.spec.get("catchup") is not True and not hurried(pipeline):
            for task in creators(pipeline)[:1]:
                kind = a(task.facts.creates[0])
                message = f"up to {DEFAULT_RUNS} runs can each hold {kind} at the same time"
                yield self._found(pipeline, task, message, f"creates {kind} in every run")

    def _found(self, pipeline: PipelineView, task: TaskView, message: str, label: str) -> Problem:
        own = "max_active_runs" in pipeline.spec
        place = pipeline.place("max_active_runs" if own else "schedule")
        edit = None if own else add_key(pipeline.source, (), "schedule", "max_active_runs", "1")
        fix = Fix("set max_active_runs: 1", (edit,)) if edit else None
        related = (Related(pipeline.key(*task.path), label),)
        return self.problem(place, message, "set max_active_runs: 1", related, fix)


def _tables(task: TaskView) -> list[str]:
    """The tables that it writes whose names are the same in every run; paths have a rule of their own."""
    values = [task.arguments.get(option) for option in task.facts.writes]
    return [value for value in values if isinstance(value, str) and not any(mark in value for mark in "{%/$")]
