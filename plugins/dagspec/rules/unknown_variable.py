"""`unknown-variable`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class UnknownVariable(Rule):
    """A ${var.NAME} or ${env.NAME} that stands for nothing.

    Why: the text would reach the operator as it is written. Every environment must have every value that a spec
    uses.

    Bad:
        vars:
          raw: s3://lake/raw
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: ${var.rwa}/itunes.parquet

    Good:
        vars:
          raw: s3://lake/raw
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: ${var.raw}/itunes.parquet
    """

    tags = ("spec",)
    stops_loading = True
