"""`replace-in-schedule`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.schedule import is_scheduled
from dagspec.rulekit.sql import sql_problem, task_statements
from dagspec.view import PipelineView

_TRANSIENT = ("CREATE", "OR", "REPLACE", "TRANSIENT", "TABLE")


class ReplaceInSchedule(Rule):
    """A scheduled task replaces a table instead of its rows.

    Why: CREATE OR REPLACE TABLE makes a new table. The grants of the old one are gone unless COPY GRANTS is given,
    and time travel reaches back to the last run only.

    Bad:
        schedule: "@daily"
        max_active_runs: 1
        tasks:
          report:
            operator: airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator
            sql: CREATE OR REPLACE TABLE analytics.classes AS SELECT class_name, count(*) n FROM raw.iris GROUP BY 1

    Good:
        schedule: "@daily"
        max_active_runs: 1
        tasks:
          report:
            operator: airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator
            sql: INSERT OVERWRITE INTO analytics.classes SELECT class_name, count(*) n FROM raw.iris GROUP BY 1
    """

    severity = "info"
    tags = ("snowflake",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Lasting tables of Snowflake; Databricks keeps grants and history."""
        if not is_scheduled(pipeline):
            return
        for listed in task_statements(pipeline).values():
            for statement in listed:
                piece = statement.piece("CREATE", "OR", "REPLACE", "TABLE") or statement.piece(*_TRANSIENT)
                if statement.sql.dialect == "snowflake" and piece and not statement.piece("COPY", "GRANTS"):
                    message = "every run makes a new table: the grants of the old one and its time travel are gone"
                    help_ = "add COPY GRANTS, or fill the table with INSERT OVERWRITE"
                    yield sql_problem(self, pipeline, statement.sql, piece, message, help_)
