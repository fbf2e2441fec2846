"""Clusters and remote work in a pipeline: who creates, uses and ends which, and who waits for what."""

from __future__ import annotations

from typing import Any

from dagspec.rulekit.graph import members
from dagspec.templates import may_be_template
from dagspec.view import PipelineView, TaskView

# what costs money while nobody uses it, as messages call it
BILLED = {
    "emr_cluster": "EMR cluster",
    "redshift_cluster": "Redshift cluster",
    "databricks_cluster": "Databricks cluster",
    "livy_session": "Livy session",
}
# with these a task is skipped when one before it fails
SKIPPED_ON_FAILURE = ("all_success", "none_failed", "none_failed_min_one_success")
# with these it runs whatever happened before it
RUNS_ANYWAY = ("all_done", "always", "all_done_min_one_success", "all_done_setup_success")


def billed(kinds: tuple[str, ...]) -> list[str]:
    """Those of the kinds that cost money while nobody uses them."""
    return [kind for kind in kinds if kind in BILLED]


def pulled(pipeline: PipelineView, task: TaskView, option: str = "") -> set[str]:
    """The tasks of the spec whose XComs a task pulls, in one option or in all."""
    found: set[str] = set()
    for template in pipeline.templates:
        if template.path[:2] != task.path or (option and template.path[2:3] != (option,)):
            continue
        ids = {one for pull in template.pulls for one in pull.task_ids}
        found |= {pipeline.owners[one][0] for one in ids if one in pipeline.owners}
    return found


def concerns(pipeline: PipelineView, task: TaskView, creator: TaskView) -> bool | None:
    """Whether a task uses or ends the very thing that `creator` creates; None when that cannot be told."""
    if task.id == creator.id:
        return True
    option = task.facts.resource
    sources = pulled(pipeline, task, option) if option else set[str]()
    if sources:
        return creator.id in sources
    value = task.arguments.get(option)
    own = creator.arguments.get(creator.facts.resource) if creator.facts.resource else None
    if isinstance(value, str) and isinstance(own, str):
        return value == own or (None if may_be_template(value + own) else False)
    # an id in plain text is that of a cluster that lives longer than a run
    return False if isinstance(value, str) and not may_be_template(value) else None


def creators(pipeline: PipelineView, kind: str) -> list[TaskView]:
    """The tasks that create one and leave it to others to end it."""
    return [task for task in pipeline.tasks.values() if kind in task.facts.creates and kind not in task.facts.ends]


def enders(pipeline: PipelineView, kind: str) -> list[TaskView]:
    """The tasks that end one that others create."""
    return [task for task in pipeline.tasks.values() if kind in task.facts.ends and kind not in task.facts.creates]


def is_ended(pipeline: PipelineView, creator: TaskView, kind: str) -> bool:
    """Whether a task may end it: one that says so, or one that takes its id for a purpose that is not known."""
    if any(concerns(pipeline, task, creator) is not False for task in enders(pipeline, kind)):
        return True
    others = [task for task in pipeline.tasks.values() if kind not in (*task.facts.uses, *task.facts.creates)]
    return any(creator.id in pulled(pipeline, task) for task in others)


def request(task: TaskView) -> dict[str, Any] | None:
    """The RunJobFlow request of a task that creates an EMR cluster, as far as the spec says it."""
    value = task.arguments.get(task.facts.cluster) if task.facts.cluster else None
    return value if isinstance(value, dict) else None


def keeps_alive(task: TaskView) -> bool:
    """Whether a task's EMR cluster stays when it has no more steps. False when that cannot be told."""
    instances = (request(task) or {}).get("Instances")
    return isinstance(instances, dict) and instances.get("KeepJobFlowAliveWhenNoSteps") is True


def stays(task: TaskView) -> bool:
    """Whether what a task creates goes on until somebody ends it. False when that cannot be told."""
    if not task.facts.cluster:
        return True
    return keeps_alive(task) and not (request(task) or {}).get("AutoTerminationPolicy")


def direct(pipeline: PipelineView, task: TaskView) -> set[str]:
    """The tasks that a task, or a group around it, names as its dependencies."""
    groups = pipeline.spec.get("task_groups", {})
    names = list(task.dependencies)
    for group in pipeline.analysis.parents(task.id):
        names += [name for name in groups[group].get("dependencies") or [] if isinstance(name, str)]
    return {other.id for name in names for other in members(pipeline, name)} - {task.id}


def first(pipeline: PipelineView, names: set[str]) -> str:
    """The one of these tasks that the file names first."""
    return next(name for name in pipeline.tasks if name in names)


def quoted(names: list[str]) -> str:
    """Names as a sentence has them: `"a", "b" and "c"`."""
    shown = [f'"{name}"' for name in names]
    return " and ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)
