"""`missing-compute`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Place, Problem
from dagspec.rule import Rule
from dagspec.rulekit.databricks import COMPUTE, NEEDS_COMPUTE, Part, Request, requests
from dagspec.view import PipelineView


class MissingCompute(Rule):
    """A Databricks task has nothing to run on.

    Why: Databricks refuses the request when the task runs: this kind of task needs a cluster or an environment that
    the request names.

    Bad:
        tasks:
          etl:
            operator: airflow.providers.databricks.operators.databricks.DatabricksCreateJobsOperator
            name: etl
            tasks:
              - task_key: clean
                spark_python_task: {python_file: jobs/clean.py, source: GIT}

    Good:
        tasks:
          etl:
            operator: airflow.providers.databricks.operators.databricks.DatabricksCreateJobsOperator
            name: etl
            tasks:
              - task_key: clean
                environment_key: default
                spark_python_task: {python_file: jobs/clean.py, source: GIT}
            environments:
              - environment_key: default
                spec: {environment_version: "4"}
    """

    tags = ("databricks",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """The tasks inside a request, else the request itself; notebooks may run without a cluster of their own."""
        for request in requests(pipeline):
            if request.kind == "task":
                yield from self._own_task(pipeline, request)
                continue
            whole = () if request.values("tasks") or request.values("environments") else (_whole(request),)
            for part in (*request.tasks(), *whole):
                kind = next((kind for kind in NEEDS_COMPUTE if kind in part.value), "")
                if kind and not _has(part, COMPUTE):
                    named = part.value.get("task_key", request.task.id)
                    help_ = "set one of " + ", ".join(_settable(request, part))
                    yield self._told(_place(pipeline, request, part, kind), named, help_)

    def _own_task(self, pipeline: PipelineView, request: Request) -> Iterator[Problem]:
        if not _has(request.settings[0], COMPUTE):
            place = pipeline.place(*request.task.path, "operator")
            yield self._told(place, request.task.id, "set new_cluster or existing_cluster_id")

    def _told(self, place: Place, name: object, help_: str) -> Problem:
        return self.problem(place, f'"{name}" has no compute, so it fails as soon as it starts', help_)


def _has(part: Part, keys: tuple[str, ...]) -> bool:
    return any(part.value.get(key) for key in keys)


def _whole(request: Request) -> Part:
    """A run of a single task: its arguments and its `json` are one mapping."""
    merged: dict[str, object] = {}
    for part in reversed(request.settings):
        merged |= part.value
    return Part(request.task.path, merged)


def _settable(request: Request, part: Part) -> tuple[str, ...]:
    if part.path == request.task.path:
        return ("new_cluster", "existing_cluster_id")
    return COMPUTE if request.kind == "job" else COMPUTE[1:]


def _place(pipeline: PipelineView, request: Request, part: Part, kind: str) -> Place:
    holders = [one.path for one in (part, *request.settings) if kind in one.value]
    found = next((path for path in holders if pipeline.source.node((*path, kind)) is not None), part.path)
    return pipeline.key(*found, kind)
