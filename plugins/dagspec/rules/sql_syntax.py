"""`sql-syntax`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.sql import sql_problem, sql_texts
from dagspec.rulekit.sql_errors import sql_errors
from dagspec.view import PipelineView


class SqlSyntax(Rule):
    """A statement is not valid SQL in the dialect of its database.

    Why: The database refuses it only when the task runs, after all that went before has been paid for.

    Bad:
        tasks:
          load:
            operator: airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator
            sql: |
              INSERT INTO analytics.iris
              SELECT * FORM raw.iris WHERE day = '{{ ds }}'

    Good:
        tasks:
          load:
            operator: airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator
            sql: |
              INSERT INTO analytics.iris
              SELECT * FROM raw.iris WHERE day = '{{ ds }}'
    """

    tags = ("snowflake", "databricks")

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Parse each text whose dialect is known, with its templates stubbed."""
        for sql in sql_texts(pipeline):
            for error in sql_errors(sql) if sql.dialect else ():
                yield sql_problem(self, pipeline, sql, (error.start, error.end), f"SQL: {error.message}", error.help)
