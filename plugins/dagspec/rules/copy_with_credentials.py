"""`copy-with-credentials`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.secrets import Credential, credentials
from dagspec.rulekit.secrets_in_files import in_files, told
from dagspec.source import Source
from dagspec.view import PipelineView

MESSAGE = "the statement carries AWS keys, and the warehouse keeps it in its query history"


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
            yield found.told(self.problem(source.place(), MESSAGE, _help(found)), source)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """The same in the SQL files that it names."""
        for sql, found in in_files(pipeline, "copy"):
            yield told(self, pipeline, sql, found, MESSAGE, _help(found))


def _help(found: Credential) -> str:
    return "use a STORAGE_INTEGRATION" if "(" in found.value else "use IAM_ROLE"
