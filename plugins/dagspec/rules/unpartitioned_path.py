"""`unpartitioned-path`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dagspec.expressions import has_reference
from dagspec.lazy import lazily
from dagspec.problem import KeyPath, Problem
from dagspec.rule import Rule
from dagspec.rulekit.schedule import is_scheduled, schedule_text
from dagspec.view import PipelineView

_OBJECT = lazily(r"s3[an]?://[^{}*?]+/[^{}*?/]+\.[A-Za-z0-9]+(\.gz|\.zst|\.bz2)?")  # a file, not a folder of parts


class UnpartitionedPath(Rule):
    """Every run uses the same object although the pipeline is scheduled.

    Why: A run that writes to a fixed key overwrites what the last one wrote, so a backfill of old days destroys
    today's. A sensor on a fixed key finds the object of the first run from then on and waits for nothing.

    Bad:
        schedule: "@daily"
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw/raw_itunes.parquet

    Good:
        schedule: "@daily"
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw/{{ ds }}/raw_itunes.parquet
    """

    severity = "warning"
    tags = ("snowflake", "aws")

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Single objects that are written, and those that a sensor waits for."""
        if not is_scheduled(pipeline):
            return
        part = "{{ ds }}" if schedule_text(pipeline) else "{{ run_id }}"
        for task in pipeline.tasks.values():
            written = dict.fromkeys(task.facts.writes, "every run writes this object, over what the last one wrote")
            waited = dict.fromkeys(
                task.facts.reads if task.facts.sensor else (),
                "every run waits for this object, which is there once and for all",
            )
            for option, message in (written | waited).items():
                for path in _fixed((*task.path, option), task.arguments.get(option)):
                    yield self.problem(pipeline.place(*path), message, f"put {part} in its path")


def _fixed(path: KeyPath, value: Any) -> Iterator[KeyPath]:
    """Where an option names one object that is the same in every run."""
    items = [((*path, index), item) for index, item in enumerate(value)] if isinstance(value, list) else [(path, value)]
    for place, item in items:
        if isinstance(item, str) and _OBJECT.fullmatch(item) and not has_reference(item):
            yield place
