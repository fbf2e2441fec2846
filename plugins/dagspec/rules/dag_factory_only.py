"""`dag-factory-only`: reported while a file in dag-factory's format is read."""

from __future__ import annotations

from dagspec.rule import Rule


class DagFactoryOnly(Rule):
    """A DAG in dag-factory's format needs what only dag-factory's own loader does.

    Why: it imports and calls Python that a file names, and reads environment variables, while it parses the file:
    whoever can write a file could then run anything in the DAG processor. dagspec does not. The DAG shows in Airflow
    as one that is not loaded, with this message.

    Bad:
        orders:
          tasks:
            pull:
              operator: airflow.providers.standard.operators.python.PythonOperator
              python_callable: shop.pull_orders

    Good:
        orders:
          tasks:
            pull:
              operator: airflow.providers.standard.operators.bash.BashOperator
              bash_command: python -m shop.pull_orders
    """

    severity = "warning"
    tags = ("spec",)
