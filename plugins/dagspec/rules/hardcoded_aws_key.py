"""`hardcoded-aws-key`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.secrets import credentials
from dagspec.source import Source


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
            shown = f"AWS access key in plain text ({found.value[:4]}****)"
            message = shown if found.value.startswith(("AKIA", "ASIA")) else "AWS secret key in plain text"
            help_ = "delete the key in IAM, and use a role or the connection of aws_conn_id"
            yield found.told(self.problem(source.place(), message, help_), source)
