"""`copy-with-credentials`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.secrets import credentials
from dagspec.source import Source


class CopyWithCredentials(Rule):
    """A COPY, an UNLOAD or a stage carries AWS keys in its SQL.

    Why: the warehouse keeps every statement in its query history, where others can read it.

    Bad:
        tasks:
          load:
            operator: airflow.providers.common.sql.operators.sql.SQLExecuteQueryOperator
            conn_id: snowflake_default
            sql: |
              CREATE STAGE IF NOT EXISTS raw URL = 's3://lake/raw/'
              CREDENTIALS = (AWS_KEY_ID = '{{ conn.s3.login }}' AWS_SECRET_KEY = '{{ conn.s3.password }}')

    Good:
        tasks:
          load:
            operator: airflow.providers.common.sql.operators.sql.SQLExecuteQueryOperator
            conn_id: snowflake_default
            sql: |
              CREATE STAGE IF NOT EXISTS raw URL = 's3://lake/raw/'
              STORAGE_INTEGRATION = lake
    """

    tags = ("secrets",)

    def check_source(self, source: Source) -> Iterator[Problem]:
        """Look for the clauses that take keys, of Snowflake and of Redshift."""
        for found in credentials(source, "copy"):
            snowflake = "(" in found.value
            message = "the statement carries AWS keys, and the warehouse keeps it in its query history"
            help_ = "use a STORAGE_INTEGRATION" if snowflake else "use IAM_ROLE"
            yield found.told(self.problem(source.place(), message, help_), source)
