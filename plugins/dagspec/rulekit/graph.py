"""Who directly precedes whom, and which tasks hand a failure or a skip on."""

from __future__ import annotations

from dagspec.view import PipelineView, TaskView

# with these a task is skipped when one before it is
SKIPPED_WITH = ("all_success", "none_skipped")


def predecessors(pipeline: PipelineView, task: TaskView) -> frozenset[str]:
    """The tasks that it starts right behind: those before it that are not before another one before it."""
    before = [pipeline.tasks[name] for name in task.upstream if name in pipeline.tasks]
    farther = frozenset().union(*(other.upstream for other in before))
    return frozenset(other.id for other in before) - farther


def between(pipeline: PipelineView, first: str, last: str) -> list[TaskView]:
    """The tasks on the ways from `first` to `last`; `last` itself is among them, `first` is not."""
    names = {last, *pipeline.tasks[last].upstream}
    return [pipeline.tasks[name] for name in names & pipeline.tasks.keys() if first in pipeline.tasks[name].upstream]


def members(pipeline: PipelineView, name: str) -> list[TaskView]:
    """The tasks that a dependency stands for: itself, or those in the group and the groups in it."""
    if name in pipeline.tasks:
        return [pipeline.tasks[name]]
    return [task for task in pipeline.tasks.values() if name in pipeline.analysis.parents(task.id)]
