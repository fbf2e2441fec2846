"""EMR clusters that a pipeline creates, in the words of a shared operator or of RunJobFlow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from dagspec.problem import KeyPath
from dagspec.view import PipelineView, TaskView

KIND = "emr_cluster"
SPARK_COMMANDS = ("spark-submit", "spark-sql", "spark-shell", "pyspark")


class EmrCluster(Struct, frozen=True):
    """A cluster's configuration and where it stands: the whole task, or the option that holds the request."""

    task: TaskView
    config: dict[str, Any]
    path: KeyPath

    @property
    def applications(self) -> tuple[set[str], KeyPath] | None:
        """The names of its applications in small letters, and where they stand; None when they are not all known."""
        for key in ("Applications", "applications"):
            names = _names(self.config.get(key))
            if names is not None:
                return names, (*self.path, key)
        return None

    def spark_steps(self) -> Iterator[tuple[str, KeyPath]]:
        """Its steps that run Spark: name and place."""
        yield from spark_steps(self.config.get("Steps"), (*self.path, "Steps"))
        yield from spark_steps(self.config.get("steps"), (*self.path, "steps"))


def emr_clusters(pipeline: PipelineView) -> Iterator[EmrCluster]:
    """The clusters whose configuration is written out."""
    for task in pipeline.tasks.values():
        option = task.facts.cluster
        config = task.arguments.get(option) if option else task.arguments
        if KIND in task.facts.creates and isinstance(config, dict):
            yield EmrCluster(task, config, (*task.path, option) if option else task.path)


def spark_steps(steps: Any, path: KeyPath) -> Iterator[tuple[str, KeyPath]]:
    """The steps that run Spark, of a list as AddJobFlowSteps takes it or of a mapping of names to steps."""
    entries = steps.items() if isinstance(steps, dict) else enumerate(steps) if isinstance(steps, list) else ()
    for key, step in entries:
        if isinstance(step, dict) and _runs_spark(step):
            yield str(step.get("Name", key)), (*path, key)


def _runs_spark(step: dict[str, Any]) -> bool:
    jar = step.get("HadoopJarStep")
    command = jar.get("Args") if isinstance(jar, dict) else step.get("command")
    first = command[0] if isinstance(command, list) and command else ""
    return bool(step.get("spark_submit")) or (isinstance(first, str) and first.rpartition("/")[2] in SPARK_COMMANDS)


def _names(applications: Any) -> set[str] | None:
    if not isinstance(applications, list):
        return None
    names = [one.get("Name") if isinstance(one, dict) else one for one in applications]
    known = [name.lower() for name in names if isinstance(name, str) and "{{" not in name]
    return set(known) if len(known) == len(names) else None
