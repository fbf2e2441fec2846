"""`wrong-type`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class WrongType(Rule):
    """A value is not of the kind that its key takes.

    Why: the operator would refuse it, or take it for something else.

    Bad:
        default_args: {retries: two}
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet

    Good:
        default_args: {retries: 2}
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet
    """

    tags = ("spec",)
    stops_loading = True
