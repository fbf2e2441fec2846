"""`unknown-group`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class UnknownGroup(Rule):
    """A task or a group lies in a task group that does not exist.

    Why: Airflow could not draw the graph, and the group's dependencies would not hold for the task.

    Bad:
        task_groups:
          ingest: {}
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet
            task_group_name: ingst

    Good:
        task_groups:
          ingest: {}
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet
            task_group_name: ingest
    """

    tags = ("graph",)
    stops_loading = True
