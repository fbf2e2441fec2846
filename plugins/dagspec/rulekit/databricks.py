"""What tasks send to Databricks: the settings of jobs and runs, with the places of their parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from dagspec.problem import KeyPath
from dagspec.view import PipelineView, TaskView

COMPUTE = ("job_cluster_key", "new_cluster", "existing_cluster_id", "environment_key")
# kinds of tasks that run on a cluster or on serverless compute that the request must name; notebooks may go without
NEEDS_COMPUTE = ("spark_python_task", "spark_jar_task", "spark_submit_task", "python_wheel_task", "dbt_task")


class Part(Struct, frozen=True):
    """A mapping of a request and where it stands."""

    path: KeyPath
    value: dict[str, Any]


class Request(Struct, frozen=True):
    """What one task sends.

    kind: `job` creates a job, `run` submits a run, `task` runs one task of its own, `trigger` runs a job that exists.
    settings: the mappings that make the request: the task's arguments and its `json`.
    """

    task: TaskView
    kind: str
    settings: tuple[Part, ...]

    def values(self, key: str) -> list[tuple[KeyPath, Any]]:
        """The values of a key of the request itself, with their places."""
        return [((*part.path, key), part.value[key]) for part in self.settings if part.value.get(key)]

    def tasks(self) -> list[Part]:
        """The tasks inside the request, those of `for_each_task` among them."""
        listed = [part for path, value in self.values("tasks") for part in _parts(path, value)]
        return [inner for part in listed for inner in _nested(part)]

    def job_clusters(self) -> list[Part]:
        """The shared clusters that it defines."""
        return [part for path, value in self.values("job_clusters") for part in _parts(path, value)]

    def clusters(self) -> list[Part]:
        """Every configuration of a new cluster in it."""
        holders = [*self.settings, *self.tasks(), *self.job_clusters()]
        found = [Part((*one.path, "new_cluster"), one.value.get("new_cluster") or {}) for one in holders]
        return [part for part in found if isinstance(part.value, dict)]


def requests(pipeline: PipelineView) -> Iterator[Request]:
    """What the tasks of a pipeline send to Databricks, by the facts of their operators."""
    for task in pipeline.tasks.values():
        if task.facts.databricks:
            own = Part(task.path, task.arguments)
            inner = [Part((*task.path, key), task.arguments.get(key) or {}) for key in ("json", "task_config")]
            settings = (own, *(part for part in inner if isinstance(part.value, dict)))
            yield Request(task, task.facts.databricks, settings)


def is_literal(value: Any) -> bool:
    """Whether a value is a text without a template."""
    return isinstance(value, str) and "{{" not in value and "{%" not in value and bool(value)


def _parts(path: KeyPath, value: Any) -> list[Part]:
    items = enumerate(value) if isinstance(value, list) else ()
    return [Part((*path, index), item) for index, item in items if isinstance(item, dict)]


def _nested(part: Part) -> Iterator[Part]:
    yield part
    loop = part.value.get("for_each_task")
    inner = loop.get("task") if isinstance(loop, dict) else None
    if isinstance(inner, dict):
        yield Part((*part.path, "for_each_task", "task"), inner)


def written_text(pipeline: PipelineView, path: KeyPath) -> str:
    """A text as it is written, references not resolved; empty when it is not in the spec."""
    value = getattr(pipeline.source.node(path), "value", None)
    return value if isinstance(value, str) else ""
