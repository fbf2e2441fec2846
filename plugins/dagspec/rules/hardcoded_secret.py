"""`hardcoded-secret`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.secrets import Credential, credentials
from dagspec.rulekit.secrets_in_files import in_files, told
from dagspec.secret_shapes import TOKENS
from dagspec.source import Source
from dagspec.view import PipelineView

HELP = 'use "{{ conn.<id>.password }}", a connection id, or a secrets backend, and change the secret'


class HardcodedSecret(Rule):
    """A password, a token or a private key stands in the file in plain text.

    Why: everybody who can read the repository, or ever could, can use it, and Airflow does not hide it in its logs.

    Bad:
        tasks:
          load:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: psql --host dw.example.org --file load.sql
            env: {PGPASSWORD: Tr1cky-Passw0rd}

    Good:
        tasks:
          load:
            operator: airflow.providers.common.sql.operators.sql.SQLExecuteQueryOperator
            conn_id: warehouse
            sql: sql/load.sql
    """

    tags = ("secrets",)

    def check_source(self, source: Source) -> Iterator[Problem]:
        """Look for tokens of known formats anywhere, and for values under names that say secret."""
        for found in credentials(source, "secret"):
            yield found.told(self.problem(source.place(), _message(found), HELP), source)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """The same in the SQL files that it names."""
        for sql, found in in_files(pipeline, "secret"):
            yield told(self, pipeline, sql, found, _message(found), HELP)


def _message(found: Credential) -> str:
    if found.name in TOKENS:
        return f"{found.name} in plain text"
    return f'"{found.name}" holds a secret in plain text, for everybody who can read the repository'
