"""`dependency-cycle`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class DependencyCycle(Rule):
    """Tasks wait for each other in a circle.

    Why: none of them could ever start.

    Bad:
        tasks:
          load:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [check]
            bash_command: echo load
          check:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [load]
            bash_command: echo check

    Good:
        tasks:
          load:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo load
          check:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [load]
            bash_command: echo check
    """

    tags = ("graph",)
    stops_loading = True
