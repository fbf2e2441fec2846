"""`code-in-spec`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class CodeInSpec(Rule):
    """A key would run code of the spec while the DAG is loaded.

    Why: whoever can write a spec could run anything in the DAG processor, with its connections.

    Bad:
        tasks:
          greet:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo hello
            on_failure_callback: alerts.page_somebody

    Good:
        tasks:
          greet:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo hello
    """

    tags = ("spec",)
    stops_loading = True
