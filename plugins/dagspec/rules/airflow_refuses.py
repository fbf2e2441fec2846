"""`airflow-refuses`: reported by the loader."""

from __future__ import annotations

from dagspec.rule import Rule


class AirflowRefuses(Rule):
    """Airflow does not take an argument that the compiler could not check.

    Why: the DAG cannot be built. It shows in Airflow as broken, with the reason; all others load.

    Bad:
        tasks:
          greet:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo hello
            priority_weight: 5
            weight_rule: no_such_rule

    Good:
        tasks:
          greet:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo hello
            priority_weight: 5
            weight_rule: absolute
    """

    tags = ("spec",)
    stops_loading = True
    runnable = False
