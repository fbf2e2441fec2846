"""`xcom-unknown-task`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dagspec.problem import Problem, closest, suggest
from dagspec.rule import Rule
from dagspec.rulekit.expr import at, pulls_of, replacement
from dagspec.templates import Template, XComPull
from dagspec.view import PipelineView


class XcomUnknownTask(Rule):
    """A template pulls the XCom of a task that does not exist.

    Why: Airflow gives None for it, so the operator gets the text "None" and fails far from the cause.

    Bad:
        tasks:
          add_step:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo s-1
          watch_step:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [add_step]
            bash_command: echo {{ ti.xcom_pull(task_ids='add_steps') }}

    Good:
        tasks:
          add_step:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo s-1
          watch_step:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [add_step]
            bash_command: echo {{ ti.xcom_pull(task_ids='add_step') }}
    """

    tags = ("expr",)
    fixable = "unsafe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Compare the literal task ids of every xcom_pull with the ids that Airflow will know."""
        known = pipeline.airflow_ids
        broken = set(pipeline.spec.get("tasks", {})) - set(pipeline.tasks)
        for _, template, pull in pulls_of(pipeline):
            for task_id in dict.fromkeys(pull.task_ids):
                # what a broken task would have become is not known
                if task_id not in known and broken.isdisjoint(task_id.split(".")):
                    yield self._found(pipeline, template, pull, task_id)

    def _found(self, pipeline: PipelineView, template: Template, pull: XComPull, task_id: str) -> Problem:
        known = pipeline.airflow_ids
        start = max(template.text.find(task_id, pull.offset), 0)
        end = start + len(task_id)
        message = f'xcom_pull names "{task_id}", which is not a task here'
        problem = at(self, pipeline, template, start, end, message, suggest(task_id, known))
        meant = closest(task_id, known)
        return replace(problem, fix=replacement(pipeline, template, start, end, meant)) if meant else problem
