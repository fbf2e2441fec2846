"""`wrong-date`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class WrongDate(Rule):
    """A date that is not in the calendar, or an unknown time zone.

    Why: Airflow could not plan a single run.

    Bad:
        start_date: 2024-02-30
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet

    Good:
        start_date: 2024-02-29
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet
    """

    tags = ("spec", "time")
    stops_loading = True
