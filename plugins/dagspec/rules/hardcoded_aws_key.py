"""`hardcoded-aws-key`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.secrets import Credential, credentials
from dagspec.rulekit.secrets_in_files import in_files, told
from dagspec.source import Source
from dagspec.view import PipelineView

HELP = "delete the key in IAM, and use a role or the connection of aws_conn_id"


class HardcodedAwsKey(Rule):
    """An AWS key stands in the file in plain text.

    Why: everybody who can read the repository, or ever could, can use the key. Bots find a public one within minutes.

    Bad:
        tasks:
          copy:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: aws s3 sync s3://lake/raw s3://mart/raw
            env: {AWS_ACCESS_KEY_ID: AKIAIOSFODNN7EXAMPLE}

    Good:
        tasks:
          copy:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: aws s3 sync s3://lake/raw s3://mart/raw --profile lake
    """

    tags = ("secrets",)

    def check_source(self, source: Source) -> Iterator[Problem]:
        """Look for ids of keys anywhere, and for secret keys under their names."""
        for found in credentials(source, "aws-key"):
            yield found.told(self.problem(source.place(), _message(found), HELP), source)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """The same in the SQL files that it names."""
        for sql, found in in_files(pipeline, "aws-key"):
            yield told(self, pipeline, sql, found, _message(found), HELP)


def _message(found: Credential) -> str:
    is_id = found.value.startswith(("AKIA", "ASIA"))
    return f"AWS access key in plain text ({found.value[:4]}****)" if is_id else "AWS secret key in plain text"
