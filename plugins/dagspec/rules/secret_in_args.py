"""`secret-in-args`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.secret_templates import audience, secret_templates
from dagspec.view import PipelineView, TaskView, Text


class SecretInArgs(Rule):
    """A template puts a secret into arguments, SQL text, a command or an environment.

    Why: Airflow hides the secret in its own logs, but the service that gets it keeps and shows it in plain text.

    Bad:
        tasks:
          export:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            steps:
              write:
                spark_submit: spark_jobs/itunes/transform_raw.py
                arguments: ["s3://lake/raw", "s3://lake/flat", "{{ conn.warehouse.password }}"]

    Good:
        tasks:
          export:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            steps:
              write:
                spark_submit: spark_jobs/itunes/transform_raw.py
                arguments: ["s3://lake/raw", "s3://lake/flat", warehouse/password]
    """

    tags = ("secrets",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Look at the templates of every option that others can read."""
        for text in pipeline.texts:
            task = pipeline.tasks.get(str(text.path[1])) if text.path[:1] == ("tasks",) and len(text.path) > 2 else None
            if task and "{{" in text.value:
                yield from self._in_text(pipeline, task, text)

    def _in_text(self, pipeline: PipelineView, task: TaskView, text: Text) -> Iterator[Problem]:
        readers = audience(task, text.path)
        for found in secret_templates(text.value) if readers else ():
            message = f"{found.meaning} reaches {readers}"
            help_ = "let the job itself read it from a secrets manager, or pass the id of a connection"
            yield self.problem(pipeline.place(*text.path, needle=found.needle), message, help_)
