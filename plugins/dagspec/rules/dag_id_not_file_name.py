"""`dag-id-not-file-name`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class DagIdNotFileName(Rule):
    """The dag_id is not the name of the file.

    Why: a task process opens the one file that bears its DAG's name; it would not find this one.

    Bad:
        # the file is example.yaml
        dag_id: orders
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet

    Good:
        # the file is example.yaml
        dag_id: example
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet
    """

    tags = ("spec",)
    stops_loading = True
