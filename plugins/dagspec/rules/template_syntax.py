"""`template-syntax`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.expr import at, rendered
from dagspec.view import PipelineView


class TemplateSyntax(Rule):
    """A template is not valid Jinja.

    Why: Airflow renders a task's texts when the task starts, so the mistake shows only then, in the task's log.

    Bad:
        tasks:
          greet:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo {{ ds }

    Good:
        tasks:
          greet:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo {{ ds }}
    """

    tags = ("expr",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """What Jinja says of each text that Airflow renders."""
        for _, template in rendered(pipeline):
            mistake = template.mistake
            if mistake:
                end = mistake.offset + mistake.length
                yield at(self, pipeline, template, mistake.offset, end, mistake.message, mistake.help)
