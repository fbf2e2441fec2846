"""`removed-operator`."""

from __future__ import annotations

from dagspec.rule import Rule


class RemovedOperator(Rule):
    """A task names an operator that Airflow or its provider no longer has.

    Why: the path cannot be imported, so the DAG does not load. Most operators of Airflow 2 have moved into provider
    packages, and some have been replaced by others.

    Bad:
        tasks:
          shell:
            operator: airflow.operators.bash_operator.BashOperator
            bash_command: echo hello

    Good:
        tasks:
          shell:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo hello
    """

    tags = ("spec",)
    fixable = "safe"
    stops_loading = True
