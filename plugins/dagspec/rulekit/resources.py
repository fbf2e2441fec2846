"""Words for the kinds of resources and remote work that facts name."""

from __future__ import annotations

from dagspec.view import PipelineView, TaskView

_SPELT = {"emr": "EMR", "livy": "Livy"} | {
    name: name.capitalize() for name in ("athena", "databricks", "glue", "redshift", "snowflake")
}


def named(kind: str) -> str:
    """A kind in words: `emr_cluster` → `EMR cluster`."""
    return " ".join(_SPELT.get(word, word) for word in kind.split("_"))


def a(kind: str) -> str:
    """A kind with its article: `emr_cluster` → `an EMR cluster`."""
    words = named(kind)
    return f"an {words}" if words[:1] in "AEIOaeiou" else f"a {words}"


def creators(pipeline: PipelineView) -> list[TaskView]:
    """The tasks that create something that costs money while it lives."""
    return [task for task in pipeline.tasks.values() if task.facts.creates]
