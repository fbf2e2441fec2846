"""`missing-key`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class MissingKey(Rule):
    """A key that must be there is not.

    Why: the operator cannot be built without it.

    Bad:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]

    Good:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet
    """

    tags = ("spec",)
    stops_loading = True
