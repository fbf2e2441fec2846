"""`yaml-tag`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class YamlTag(Rule):
    """A YAML tag asks for something that is no plain value.

    Why: tags can create any Python object when a file is read. A spec holds plain values only.

    Bad:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [!!binary QWRlbGU=]
            destination: s3://lake/raw.parquet

    Good:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet
    """

    tags = ("spec",)
    stops_loading = True
