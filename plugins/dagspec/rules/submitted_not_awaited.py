"""`submitted-not-awaited`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Edit, Fix, Problem, Related
from dagspec.rule import Rule
from dagspec.rulekit.edits import add_key, replace_value
from dagspec.rulekit.lifecycle import BILLED, direct, first, pulled
from dagspec.rulekit.resources import a
from dagspec.view import PipelineView, TaskView


class SubmittedNotAwaited(Rule):
    """A task starts remote work and returns, and what follows does not wait for that work.

    Why: the task is green as soon as the work is handed over. What depends on it starts at once, on data that is not
    there yet, and if the work fails nobody is told.

    Bad:
        tasks:
          clean:
            operator: airflow.providers.amazon.aws.operators.glue.GlueJobOperator
            job_name: clean
            wait_for_completion: false
          load:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [clean]
            bash_command: echo load

    Good:
        tasks:
          clean:
            operator: airflow.providers.amazon.aws.operators.glue.GlueJobOperator
            job_name: clean
            wait_for_completion: true
          load:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [clean]
            bash_command: echo load
    """

    tags = ("lifecycle",)
    fixable = "unsafe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Submitting tasks with others behind them, none of which waits for what was submitted."""
        if not pipeline.is_sound:  # the task that waits may be the one that is broken
            return
        for task in pipeline.tasks.values():
            for kind in task.facts.submits:
                behind = {one.id for one in pipeline.tasks.values() if task.id in direct(pipeline, one)}
                if behind and not any(_awaits(pipeline, one, task, kind) for one in pipeline.tasks.values()):
                    yield self._found(pipeline, task, kind, pipeline.tasks[first(pipeline, behind)])

    def _found(self, pipeline: PipelineView, task: TaskView, kind: str, next_task: TaskView) -> Problem:
        what = a(kind).partition(" ")[2]
        ends = [BILLED[one] for one in next_task.facts.ends if one in BILLED]
        result = f"stops the {ends[0]} under it" if ends else "starts at once"
        message = f'nothing waits for the {what} of "{task.id}"; "{next_task.id}" {result}'
        option = task.facts.wait_option
        help_ = f"set {option}: true, or add a sensor" if option else "add a sensor that waits for it"
        related = (Related(pipeline.key(*next_task.path), "starts next"),)
        return self.problem(pipeline.key(*task.path), message, help_, related, _fix(pipeline, task))


def _awaits(pipeline: PipelineView, waiter: TaskView, task: TaskView, kind: str) -> bool:
    if waiter.id == task.id or kind not in waiter.facts.waits_for:
        return False
    named = {name for name in pulled(pipeline, waiter) if kind in pipeline.tasks[name].facts.submits}
    return task.id in named if named else task.id in waiter.upstream


def _fix(pipeline: PipelineView, task: TaskView) -> Fix | None:
    option, edit = task.facts.wait_option, None
    if option in task.arguments:
        edit = replace_value(pipeline.source, (*task.path, option), "true")
    elif option:
        edit = add_key(pipeline.source, task.path, "operator", option, "true")
    edits: tuple[Edit, ...] = (edit,) if edit else ()
    return Fix(f"set {option}: true", edits) if edits else None
