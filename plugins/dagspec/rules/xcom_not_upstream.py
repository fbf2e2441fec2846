"""`xcom-not-upstream`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.expr import graph_is_sound, needle_at, pulls_of
from dagspec.templates import Template, XComPull
from dagspec.view import PipelineView


class XcomNotUpstream(Rule):
    """A task reads the XCom of a task that it does not run after.

    Why: nothing makes the other task run first. Airflow gives None when it has not, so the operator gets the text
    "None", on some runs only.

    Bad:
        tasks:
          count:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo 5
          load:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo {{ ti.xcom_pull(task_ids='count') }}
          check:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [count, load]
            bash_command: echo {{ ti.xcom_pull(task_ids='count') }}

    Good:
        tasks:
          count:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo 5
          load:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [count]
            bash_command: echo {{ ti.xcom_pull(task_ids='count') }}
    """

    tags = ("expr",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Compare the tasks that are read with those that are certain to be done; silent when the graph is broken."""
        if not graph_is_sound(pipeline):
            return
        for task_id, template, pull in pulls_of(pipeline):
            if task_id in pipeline.tasks and not pull.other_run:
                yield from self._pull(pipeline, task_id, template, pull)

    def _pull(self, pipeline: PipelineView, reader: str, template: Template, pull: XComPull) -> Iterator[Problem]:
        if not pull.task_ids:
            message = f'xcom_pull without task_ids reads the output of "{reader}" itself, which is not there yet'
            yield needle_at(
                self,
                pipeline,
                template,
                "xcom_pull",
                pull.offset - len("xcom_pull"),
                message,
                "name the task: task_ids='…'",
            )
        for task_id in dict.fromkeys(pull.task_ids):
            owner = pipeline.owners.get(task_id, (task_id, ""))[0]
            if owner not in pipeline.tasks or owner in pipeline.tasks[reader].upstream:
                continue
            if owner != reader:
                message = f'"{reader}" reads the output of "{task_id}" but does not run after it'
                help_ = f'add "{owner}" to the dependencies of "{reader}"'
                yield needle_at(self, pipeline, template, task_id, pull.offset, message, help_)
            elif pipeline.analysis.expansions[reader].group is None:
                message = f'"{reader}" reads its own output, which is not there yet'
                yield needle_at(self, pipeline, template, task_id, pull.offset, message)
