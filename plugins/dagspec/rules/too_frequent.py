"""`too-frequent`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem, Related
from dagspec.rule import Rule
from dagspec.rulekit.resources import a
from dagspec.rulekit.schedule import hurried, in_words
from dagspec.view import PipelineView


class TooFrequent(Rule):
    """Runs follow each other faster than the cluster that each of them creates can start.

    Why: the runs pile up, each with its own cluster, and none is ever in time.

    Bad:
        schedule: "*/5 * * * *"
        max_active_runs: 1
        tasks:
          spark:
            operator: emr.transient_cluster
            release_label: ${env.emr_release}
            steps:
              clean: {command: [aws, s3, ls]}

    Good:
        schedule: "@hourly"
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
        """Compare the shortest time between two runs with the slowest start."""
        found = hurried(pipeline)
        if found:
            interval, task = found
            kind = a(task.facts.creates[0])
            message = f"runs every {in_words(interval)}, but {kind} takes about {task.facts.minutes} minutes to start"
            related = (Related(pipeline.key(*task.path), f"creates {kind} in every run"),)
            help_ = "run less often, or let the runs share a cluster that lives on"
            yield self.problem(pipeline.place("schedule"), message, help_, related)
