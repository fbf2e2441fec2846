"""`placeholder-credential`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.secrets import credentials
from dagspec.source import Source


class PlaceholderCredential(Rule):
    """A password or a key is still the placeholder of an example.

    Why: the task is refused when it runs. Whoever replaces the placeholder puts a secret into the repository.

    Bad:
        tasks:
          pull:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: python pull.py
            env: {AWS_SECRET_ACCESS_KEY: your-secret-key}

    Good:
        tasks:
          pull:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: python pull.py --aws-conn-id aws_default
    """

    tags = ("secrets",)

    def check_source(self, source: Source) -> Iterator[Problem]:
        """Look for `your-key`, `changeme`, `xxx`, `<password>` where a credential belongs."""
        for found in credentials(source, "placeholder"):
            message = f'"{found.value.strip()}" looks like a left-over placeholder'
            help_ = "use the id of a connection, or a secrets backend; a secret does not belong here"
            yield found.told(self.problem(source.place(), message, help_), source)
