"""`emr-release-eol`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from dagspec.lazy import lazily
from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.tables import table
from dagspec.today import today
from dagspec.view import PipelineView

_RELEASE = lazily(r"emr-(\d+)\.(\d+)\.(\d+)")


class EmrReleases(msgspec.Struct, frozen=True):
    """The table of releases: when the support of each ends, and which one to take."""

    checked: date
    standard_support_ends: dict[str, date]
    successor: str


class EmrReleaseEol(Rule):
    """A cluster runs an EMR release that AWS does not support any more.

    Why: it gets no security patches, and AWS may refuse to start it.

    Bad:
        tasks:
          transform:
            operator: emr.transient_cluster
            release_label: emr-5.33.0
            steps:
              flat: {spark_submit: spark_jobs/itunes/transform_raw.py}

    Good:
        tasks:
          transform:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            steps:
              flat: {spark_submit: spark_jobs/itunes/transform_raw.py}
    """

    severity = "warning"
    tags = ("aws",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Compare every release label with the table and the date."""
        for text in pipeline.texts:
            key = str(text.path[-1]).replace("_", "").lower()
            ended = _ended(text.value) if key == "releaselabel" else None
            if ended:
                newest, day = ended
                since = f"on {day}" if newest == text.value else f"before that of {newest}, on {day}"
                message = f"standard support of {text.value} ended {since}"
                help_ = f"use {table('emr_releases', EmrReleases).successor} or a later one"
                yield self.problem(pipeline.place(*text.path, needle=text.value), message, help_)


def _ended(release: str) -> tuple[str, date] | None:
    """The first release of the table, this one or a later one, whose support is over."""
    version = _version(release)
    over = [
        (name, day) for name, day in table("emr_releases", EmrReleases).standard_support_ends.items() if day < today()
    ]
    later = [(name, day) for name, day in over if version and version <= (_version(name) or ())]
    return min(later, key=lambda one: _version(one[0]) or (), default=None)


def _version(release: str) -> tuple[int, ...] | None:
    found = _RELEASE.fullmatch(release)
    return tuple(int(part) for part in found.groups()) if found else None
