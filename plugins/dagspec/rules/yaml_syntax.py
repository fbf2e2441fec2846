"""`yaml-syntax`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class YamlSyntax(Rule):
    """The file is not YAML.

    Why: nothing of it can be read, so Airflow shows a broken DAG in its place.

    Bad:
        tasks:
          pull: {operator: itunes.search_to_s3, artists: [Adele, destination: s3://lake/raw.parquet}

    Good:
        tasks:
          pull: {operator: itunes.search_to_s3, artists: [Adele], destination: s3://lake/raw.parquet}
    """

    tags = ("spec",)
    stops_loading = True
