"""`unknown-key`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class UnknownKey(Rule):
    """A key that means nothing here: mistyped, or on the wrong level.

    Why: it would be dropped without a word, and the pipeline would run without it.

    Bad:
        descripton: Pull the charts.
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet

    Good:
        description: Pull the charts.
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet
    """

    tags = ("spec",)
    fixable = "unsafe"
    stops_loading = True
