"""`xcom-unknown-task`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem, suggest
from dagspec.rule import Rule
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

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Compare the literal task ids of every xcom_pull with the ids that Airflow will know."""
        known = pipeline.airflow_ids
        for template in pipeline.templates:
            for task_id in {one for pull in template.pulls for one in pull.task_ids} - known:
                message = f'xcom_pull names "{task_id}", which is not a task here'
                yield self.problem(pipeline.place(*template.path, needle=task_id), message, suggest(task_id, known))
