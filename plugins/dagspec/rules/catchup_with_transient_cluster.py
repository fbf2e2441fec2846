"""`catchup-with-transient-cluster`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice, takewhile

from dagspec.kinds import is_date, parse_date
from dagspec.problem import Problem, Related
from dagspec.rule import Rule
from dagspec.rulekit.resources import creators, named
from dagspec.rulekit.schedule import schedule_text, ticks
from dagspec.today import today
from dagspec.view import PipelineView

MOST = 10_000  # ticks that are counted


class CatchupWithTransientCluster(Rule):
    """Each run creates a cluster, and catchup starts a run for all the time since the start date.

    Why: on the day that the pipeline is switched on, Airflow starts hundreds of clusters, one for each missed run.

    Bad:
        schedule: "@daily"
        start_date: 2024-01-01
        catchup: true
        max_active_runs: 1
        tasks:
          spark:
            operator: emr.transient_cluster
            release_label: ${env.emr_release}
            steps:
              clean: {command: [aws, s3, ls]}

    Good:
        schedule: "@daily"
        start_date: 2024-01-01
        catchup: false
        max_active_runs: 1
        tasks:
          spark:
            operator: emr.transient_cluster
            release_label: ${env.emr_release}
            steps:
              clean: {command: [aws, s3, ls]}
    """

    severity = "warning"
    tags = ("time", "lifecycle")

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Count the runs between the start date and today."""
        found = creators(pipeline)
        if pipeline.spec.get("catchup") is not True or not found:
            return
        runs = _missed_runs(pipeline)
        if runs > 1:
            kind = found[0].facts.creates[0]
            number = f"{runs * len(found):,}" if runs < MOST else f"more than {MOST:,}"
            message = f"catchup from {_date(pipeline, 'start_date')} would start {number} {named(kind)}s"
            related = tuple(Related(pipeline.key(*task.path), "creates one in every run") for task in found)
            help_ = "set catchup: false, and backfill the days that you need by hand"
            yield self.problem(pipeline.place("catchup"), message, help_, related)


def _date(pipeline: PipelineView, key: str) -> str:
    defaults = pipeline.spec.get("default_args")
    value = pipeline.spec.get(key) or (defaults.get(key) if isinstance(defaults, dict) else None)
    return str(value) if is_date(value) else ""


def _missed_runs(pipeline: PipelineView) -> int:
    cron, start = schedule_text(pipeline), _moment(pipeline, "start_date")
    if cron is None or start is None:
        return 0
    now = datetime.combine(today(), datetime.min.time(), UTC)
    until = min(now, _moment(pipeline, "end_date") or now)
    return sum(1 for _ in islice(takewhile(lambda time: time <= until, ticks(cron, start)), MOST))


def _moment(pipeline: PipelineView, key: str) -> datetime | None:
    try:
        return parse_date(_date(pipeline, key), str(pipeline.spec.get("timezone", "UTC")))
    except (ValueError, KeyError, OSError):
        return None
