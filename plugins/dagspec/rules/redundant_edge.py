"""`redundant-edge`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Fix, Problem
from dagspec.rule import Rule
from dagspec.rulekit.edits import remove_item
from dagspec.rulekit.graph import between, members
from dagspec.view import PipelineView, TaskView


class RedundantEdge(Rule):
    """A dependency says what another one of the same task implies.

    Why: the graph is harder to read, and whoever moves a task must change it in two places.

    Bad:
        tasks:
          create:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
          transform:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [create]
          load:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [create, transform]

    Good:
        tasks:
          create:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
          transform:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [create]
          load:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [transform]
    """

    severity = "info"
    tags = ("graph",)
    fixable = "safe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Every dependency that is before another one and whose outcome reaches the task through that one."""
        for task in pipeline.tasks.values() if pipeline.is_sound else ():
            for index, first in enumerate(task.dependencies):
                message = _why_redundant(pipeline, task, index, first)
                if message:
                    path = (*task.path, "dependencies")
                    edit = remove_item(pipeline.source, path, index)
                    fix = Fix(f'remove "{first}"', (edit,), safe=True) if edit else None
                    yield self.problem(pipeline.place(*path, index), message, f'leave out "{first}"', fix=fix)


def _why_redundant(pipeline: PipelineView, task: TaskView, index: int, first: str) -> str:
    if first in task.dependencies[:index]:
        return f'"{task.id}" names "{first}" twice'
    others = [name for name in task.dependencies if name != first]
    through = next((name for name in others if _implies(pipeline, task, first, name)), "")
    return f'"{task.id}" already runs after "{first}" through "{through}"' if through else ""


def _implies(pipeline: PipelineView, task: TaskView, first: str, other: str) -> bool:
    """Whether `first` is before `other`, and a failure or skip of it stops `task` that way as well."""
    if first not in pipeline.tasks or pipeline.tasks[first].facts.branches:
        return False
    if pipeline.setting(pipeline.tasks[first], "wait_for_downstream"):
        return False
    ways = [between(pipeline, first, member.id) for member in members(pipeline, other) if first in member.upstream]
    chain = [task, *(step for way in ways for step in way)]
    return bool(ways) and all(pipeline.rule_of(step) == "all_success" for step in chain)
