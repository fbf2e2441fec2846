"""`s3.wait`: until an object is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from dagspec.facts import Facts
from dagspec.kinds import Duration, S3Uri, whole_seconds
from dagspec.operators.aws import AwsOperator
from dagspec.problem import Problem
from dagspec.shared import Expansion, Task

# a key that ends in "/" is a folder that a console has drawn, not data
ANY_OBJECT = "*[!/]"
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_BUCKET_ONLY = re.compile(r"s3://[^/]+/?")
_WILDCARD = re.compile(r"[*?\[]")


class Wait(AwsOperator, frozen=True, kw_only=True):
    """Wait, without holding a worker, until an object is in S3."""

    name: ClassVar[str] = "s3.wait"
    facts: ClassVar[Facts] = Facts(
        sensor=True,
        defers=True,
        timeout=("timeout",),
        reads=("key", "prefix"),
        outputs={},
        template_fields=("key", "prefix"),
    )

    timeout: Annotated[Duration, Meta(description="Longest wait; the task then fails, and is not tried again.")]
    key: Annotated[S3Uri | None, Meta(description="The object, s3://bucket/key. With * it is a pattern.")] = None
    prefix: Annotated[S3Uri | None, Meta(description="A folder, s3://bucket/folder/: any object below it.")] = None
    poll_interval: Annotated[Duration, Meta(description="Pause between two looks at S3.")] = "30s"

    def check(self, task: Task) -> Iterator[Problem]:
        """A key or a prefix; a prefix is no pattern."""
        yield from self.exactly_one(task, "key", "prefix")
        if self.key and _BUCKET_ONLY.fullmatch(self.key):
            message = f'"key" names no object, got "{self.key}"'
            yield Problem("wrong-type", message, task.place("key"), 'write s3://bucket/key, or use "prefix"')
        if self.prefix and _WILDCARD.search(_TEMPLATE.sub("", self.prefix)):
            message = '"prefix" is taken as it stands, so it cannot have *, ? or ['
            yield Problem("wrong-type", message, task.place("prefix"), 'use "key" for a pattern')

    def expand(self, task: Task) -> Expansion:
        """One sensor of Airflow's own."""
        key = self.key or f"{str(self.prefix).rstrip('/')}/{ANY_OBJECT}"
        sensor = {
            "operator": "airflow.providers.amazon.aws.sensors.s3.S3KeySensor",
            "bucket_key": key,
            "wildcard_match": "*" in _TEMPLATE.sub("", key),
            "deferrable": True,
            "timeout": whole_seconds(self.timeout),
            "poke_interval": whole_seconds(self.poll_interval),
        }
        return Expansion({task.id: sensor | self.aws()})
