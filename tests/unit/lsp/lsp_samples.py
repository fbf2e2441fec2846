"""Specs that the tests of the language server write, and short ways to read its answers."""

from __future__ import annotations

from typing import Any

SPEC = """\
description: Two tasks.
owner: music
schedule: null
start_date: 2024-01-01
vars:
  raw: s3://${env.lake_bucket}/raw
task_groups:
  loads: {}
tasks:
  pull:
    operator: itunes.search_to_s3
    artists: [Drake]
    destination: ${var.raw}/{{ ds_nodash }}/hits.parquet
  spark:
    operator: emr.transient_cluster
    dependencies: [pull]
    release_label: ${env.emr_release}
    log_uri: s3://${env.lake_bucket}/logs
    steps:
      flatten:
        spark_submit: spark_jobs/itunes/transform_raw.py
      publish:
        dependencies: [flatten]
        command: [ls]
"""
LATE = "tasks:\n  before:\n    operator: itunes.search_to_s3\n  now:\n"


def rules(diagnostics: list[dict[str, Any]]) -> list[str]:
    return sorted(one["code"] for one in diagnostics)


def start(diagnostic: dict[str, Any]) -> tuple[int, int]:
    position = diagnostic["range"]["start"]
    return position["line"] + 1, position["character"] + 1


def labels(answer: dict[str, Any]) -> list[str]:
    return [item["label"] for item in answer["items"]]
