"""`old-instance-type`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from dagspec.lazy import lazily
from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.tables import table
from dagspec.view import PipelineView

_TYPE = lazily(r"(?P<family>[a-z]+\d+)\.(?P<size>(?:\d*x)?large|medium|small|micro)")
_KEY = lazily(r"(?i)type(?:_id)?$")  # instance_type, InstanceType, MasterInstanceType, node_type_id


class InstanceFamilies(msgspec.Struct, frozen=True):
    """The table of old families: what to take instead of each, and the sizes that there are for sure."""

    checked: date
    successors: dict[str, str]
    common_sizes: tuple[str, ...]


class OldInstanceType(Rule):
    """A node has an instance type of a previous generation.

    Why: it costs more for the same work than its successor, and newer EMR releases and regions do not offer it.

    Bad:
        tasks:
          transform:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            primary: {instance_type: m1.xlarge}
            steps:
              flat: {spark_submit: spark_jobs/itunes/transform_raw.py}

    Good:
        tasks:
          transform:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            primary: {instance_type: m5.xlarge}
            steps:
              flat: {spark_submit: spark_jobs/itunes/transform_raw.py}
    """

    severity = "warning"
    tags = ("aws",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Look at the values of options that name a type."""
        families = table("instance_families", InstanceFamilies)
        for text in pipeline.texts:
            found = _TYPE.fullmatch(text.value)
            new = families.successors.get(found["family"]) if found else None
            if found and new and text.path[0] != "vars" and _KEY.search(str(text.path[-1])):
                common = found["size"] in families.common_sizes
                help_ = f"try {new}.{found['size']}" if common else f"try the {new} family"
                message = f"{text.value} is a previous generation type"
                yield self.problem(pipeline.place(*text.path, needle=text.value), message, help_)
