"""`deprecated-key`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.catalog import is_native
from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.view import PipelineView

# what Airflow 3.3 still takes at a task; other old keys it refuses, and so does the compiler
_DEPRECATED = {
    "sla": ('Airflow 3 has no SLAs: it takes "sla" and nothing watches it', "limit the task with execution_timeout"),
    "email_on_failure": ('"email_on_failure" is deprecated in Airflow 3', "notify through SmtpNotifier"),
    "email_on_retry": ('"email_on_retry" is deprecated in Airflow 3', "notify through SmtpNotifier"),
}


class DeprecatedKey(Rule):
    """A task argument that Airflow 3 takes but ignores, or will drop.

    Why: nobody is told that the task is late, though the spec says so. Airflow only logs a warning while it parses.

    Bad:
        tasks:
          load:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: ./load.sh now
            sla: 3600

    Good:
        tasks:
          load:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: ./load.sh now
            execution_timeout: 1h
    """

    severity = "warning"
    tags = ("spec",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """The keys of native tasks; shared operators refuse them."""
        for task in pipeline.tasks.values():
            for key in _DEPRECATED if is_native(task.operator) else ():
                if task.arguments.get(key) is not None:
                    message, help_ = _DEPRECATED[key]
                    yield self.problem(pipeline.key(*task.path, key), message, help_)
