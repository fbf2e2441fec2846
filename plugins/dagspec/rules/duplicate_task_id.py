"""`duplicate-task-id`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class DuplicateTaskId(Rule):
    """Two parts of a spec make a task of the same id.

    Why: Airflow knows a task by its id, so one of the two would be lost.

    Bad:
        task_groups:
          pull: {}
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet

    Good:
        task_groups:
          ingest: {}
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet
    """

    tags = ("graph",)
    stops_loading = True
