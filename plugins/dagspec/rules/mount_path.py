"""`mount-path`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.lazy import lazily
from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.view import PipelineView

_MOUNT = lazily(r"(?<![\w/.:-])(?:dbfs:/(?!Volumes/)|/dbfs/|/mnt/)[\w./-]*")


class MountPath(Rule):
    """A Databricks task uses a mount or the DBFS root.

    Why: Mounts give everybody in the workspace the same rights, and Unity Catalog neither governs nor traces what
    goes through them. Databricks advises against both.

    Bad:
        tasks:
          clean:
            operator: airflow.providers.databricks.operators.databricks.DatabricksSubmitRunOperator
            notebook_task:
              notebook_path: /Shared/clean_pins
              base_parameters: {source: /mnt/pinterest/pins}

    Good:
        tasks:
          clean:
            operator: airflow.providers.databricks.operators.databricks.DatabricksSubmitRunOperator
            notebook_task:
              notebook_path: /Shared/clean_pins
              base_parameters: {source: /Volumes/main/pinterest/pins}
    """

    severity = "info"
    tags = ("databricks",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """The texts of tasks that run on Databricks."""
        theirs = {task.path for task in pipeline.tasks.values() if task.facts.databricks or _is_sql(task.facts.dialect)}
        for text in pipeline.texts:
            found = _MOUNT.search(text.value) if text.path[:2] in theirs else None
            if found:
                place = pipeline.place(*text.path, needle=found[0])
                message = f"{found[0]} is a mount or the DBFS root, which Unity Catalog does not govern"
                yield self.problem(place, message, "use a volume: /Volumes/<catalog>/<schema>/<volume>")


def _is_sql(dialect: str) -> bool:
    return dialect == "databricks"
