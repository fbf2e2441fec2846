"""`variable-cycle`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class VariableCycle(Rule):
    """Variables refer to each other in a circle.

    Why: none of them has a value.

    Bad:
        vars:
          raw: ${var.flat}/raw
          flat: ${var.raw}/flat
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet

    Good:
        vars:
          raw: s3://lake/raw
          flat: ${var.raw}/flat
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: ${var.flat}/raw.parquet
    """

    tags = ("spec",)
    stops_loading = True
