"""`unknown-upstream`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class UnknownUpstream(Rule):
    """A dependency names a task that does not exist.

    Why: Airflow could not tell when the task may start.

    Bad:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet
          report:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [pul]
            bash_command: echo done

    Good:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet
          report:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [pull]
            bash_command: echo done
    """

    tags = ("graph",)
    fixable = "unsafe"
    stops_loading = True
