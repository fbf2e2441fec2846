"""`unknown-operator`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class UnknownOperator(Rule):
    """A task names an operator that does not exist.

    Why: nobody knows what the task should do. Dotted paths are taken from Airflow's providers only.

    Bad:
        tasks:
          pull:
            operator: itunes.search_to_s4
            artists: [Adele]
            destination: s3://lake/raw.parquet

    Good:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet
    """

    tags = ("spec",)
    fixable = "unsafe"
    stops_loading = True
