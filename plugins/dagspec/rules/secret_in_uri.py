"""`secret-in-uri`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.secrets import credentials
from dagspec.source import Source


class SecretInUri(Rule):
    """A URI carries a password or a key.

    Why: programs print the URIs that they work with, so the secret ends up in logs, even when it comes from a template.

    Bad:
        tasks:
          load:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: load.sh "jdbc:redshift://dw.example.org:5439/dev?user=etl&password={{ conn.dw.password }}"

    Good:
        tasks:
          load:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: load.sh "jdbc:redshift:iam://dw.example.org:5439/dev?user=etl"
    """

    tags = ("secrets",)

    def check_source(self, source: Source) -> Iterator[Problem]:
        """Look at `user:password@` and at parameters such as `password=`."""
        for found in credentials(source, "uri"):
            message = "credentials inside a URI end up in logs"
            help_ = "leave them out of the URI; a role or a connection id gives access"
            yield found.told(self.problem(source.place(), message, help_), source)
