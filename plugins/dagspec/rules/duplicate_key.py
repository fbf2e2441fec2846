"""`duplicate-key`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class DuplicateKey(Rule):
    """A key stands twice in one mapping.

    Why: YAML keeps the last one without a word, so half of what you see has no effect.

    Bad:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            artists: [Drake]
            destination: s3://lake/raw.parquet

    Good:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele, Drake]
            destination: s3://lake/raw.parquet
    """

    tags = ("spec",)
    stops_loading = True
