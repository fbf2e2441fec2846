"""`non-idempotent-load`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.loads import clears, repeated_loads
from dagspec.rulekit.sql import Statement, sql_problem, task_statements
from dagspec.view import PipelineView, TaskView

_HELP = "clear the rows of this run first in the same task, or use MERGE"


class NonIdempotentLoad(Rule):
    """A task that is retried adds rows that the try before may have added already.

    Why: An INSERT that was committed stays when its task fails afterwards or its worker is lost. The retry inserts
    the same rows a second time, and nobody notices.

    Bad:
        schedule: "@daily"
        default_args: {retries: 2}
        max_active_runs: 1
        tasks:
          load:
            operator: airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator
            sql: INSERT INTO analytics.iris SELECT * FROM raw.iris WHERE day = '{{ ds }}'

    Good:
        schedule: "@daily"
        default_args: {retries: 2}
        max_active_runs: 1
        tasks:
          load:
            operator: airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator
            sql: |
              BEGIN;
              DELETE FROM analytics.iris WHERE day = '{{ ds }}';
              INSERT INTO analytics.iris SELECT * FROM raw.iris WHERE day = '{{ ds }}';
              COMMIT;
    """

    severity = "warning"
    tags = ("snowflake", "databricks")

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Loads without a statement before them, in the same task, that makes room for them."""
        ran = task_statements(pipeline)
        for task in pipeline.tasks.values():
            retries = pipeline.setting(task, "retries")
            if isinstance(retries, int) and retries > 0:
                yield from self._loads(pipeline, task, ran.get(task.id, []))

    def _loads(self, pipeline: PipelineView, task: TaskView, listed: list[Statement]) -> Iterator[Problem]:
        for statement, piece, table in repeated_loads(listed):
            message = f'a retry of "{task.id}" adds the same rows to {table} again'
            yield sql_problem(self, pipeline, statement.sql, piece, message, _HELP)
        if task.facts.append and not any(clears(statement) for statement in listed):
            message = f'a retry of "{task.id}" adds the same rows again'
            yield self.problem(pipeline.place(*task.path, "operator"), message, _HELP)
