"""`wrong-reference`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class WrongReference(Rule):
    """A list or a mapping stands inside a text.

    Why: there is no sensible way to write it as text.

    Bad:
        vars:
          artists: [Adele, Drake]
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: ["${var.artists} and others"]
            destination: s3://lake/raw.parquet

    Good:
        vars:
          artists: [Adele, Drake]
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: ${var.artists}
            destination: s3://lake/raw.parquet
    """

    tags = ("spec",)
    stops_loading = True
