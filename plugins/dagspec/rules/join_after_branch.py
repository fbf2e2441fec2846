"""`join-after-branch`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from dagspec.problem import Edit, Fix, Place, Problem, Related
from dagspec.rule import Rule
from dagspec.rulekit.edits import add_key, replace_value
from dagspec.rulekit.graph import SKIPPED_WITH, between, predecessors
from dagspec.view import PipelineView, TaskView

RIGHT = "none_failed_min_one_success"


class JoinAfterBranch(Rule):
    """A task joins the paths of a branch with a trigger rule that skips it.

    Why: the branch skips the paths that it does not choose. A task behind them with `all_success` is skipped too, and
    with it all that follows, while the run is marked a success.

    Bad:
        tasks:
          choose:
            operator: airflow.providers.standard.operators.weekday.BranchDayOfWeekOperator
            week_day: Monday
            follow_task_ids_if_true: full
            follow_task_ids_if_false: changes
          full:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [choose]
          changes:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [choose]
          merge:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [full, changes]

    Good:
        tasks:
          choose:
            operator: airflow.providers.standard.operators.weekday.BranchDayOfWeekOperator
            week_day: Monday
            follow_task_ids_if_true: full
            follow_task_ids_if_false: changes
          full:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [choose]
          changes:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [choose]
          merge:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [full, changes]
            trigger_rule: none_failed_min_one_success
    """

    severity = "warning"
    tags = ("graph",)
    fixable = "unsafe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """The first task behind two paths of a branch, when a skipped path skips it."""
        branches = any(task.facts.branches for task in pipeline.tasks.values())
        for task in pipeline.tasks.values() if branches else ():
            branch = _joined_branch(pipeline, task) if pipeline.rule_of(task) in SKIPPED_WITH else ""
            if branch:
                rule = pipeline.rule_of(task)
                message = f'"{task.id}" joins the paths of "{branch}" with {rule}: the path not taken skips it'
                related = (Related(pipeline.key("tasks", branch), "chooses the path"),)
                help_ = f"set trigger_rule: {RIGHT}"
                yield self.problem(_place(pipeline, task), message, help_, related, _fix(pipeline, task))


def _joined_branch(pipeline: PipelineView, task: TaskView) -> str:
    last = predecessors(pipeline, task)
    for name in sorted(task.upstream & pipeline.tasks.keys()):
        if pipeline.tasks[name].facts.branches:
            paths = [found for one in last if (found := _paths(pipeline, name, one))]
            if any(one.isdisjoint(other) for one, other in combinations(paths, 2)):
                return name
    return ""


def _paths(pipeline: PipelineView, branch: str, last: str) -> set[str]:
    """The tasks right behind the branch from which a skip reaches `last`."""
    way = between(pipeline, branch, last)
    heads = {task.id for task in way if branch in predecessors(pipeline, task)}
    behind = [task for task in way if task.id not in heads]
    return heads if all(pipeline.rule_of(task) in SKIPPED_WITH for task in behind) else set()


def _place(pipeline: PipelineView, task: TaskView) -> Place:
    own = "trigger_rule" in task.arguments
    return pipeline.place(*task.path, "trigger_rule") if own else pipeline.key(*task.path)


def _fix(pipeline: PipelineView, task: TaskView) -> Fix | None:
    edit: Edit | None
    if "trigger_rule" in task.arguments:
        edit = replace_value(pipeline.source, (*task.path, "trigger_rule"), RIGHT)
    else:
        edit = add_key(pipeline.source, task.path, "operator", "trigger_rule", RIGHT)
    return Fix(f"set trigger_rule: {RIGHT}", (edit,)) if edit else None
