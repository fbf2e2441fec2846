"""`s3-bucket-typo`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from dagspec.problem import Problem, Related
from dagspec.rule import Rule
from dagspec.rulekit.s3 import S3Path, buckets, illegal, is_written, nearly_same, written_first
from dagspec.view import PipelineView


class S3BucketTypo(Rule):
    """A pipeline uses two buckets whose names are nearly the same.

    Why: one of them is probably a slip. The task that reads from the wrong one fails, or finds nothing.

    Bad:
        tasks:
          transform:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            steps:
              flat:
                spark_submit: spark_jobs/itunes/transform_raw.py
                arguments: ["s3://irisseta-bucket/input_folder", "s3://irisseta/output_folder"]

    Good:
        tasks:
          transform:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            steps:
              flat:
                spark_submit: spark_jobs/itunes/transform_raw.py
                arguments: ["s3://irisseta/input_folder", "s3://irisseta/output_folder"]
    """

    severity = "warning"
    tags = ("aws",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Compare every two buckets; speak of the one that is used less."""
        found = {name: paths for name, paths in buckets(pipeline).items() if not illegal(name)}
        for one, two in combinations(found, 2):
            if _are_twins(one, two):
                rare, usual = (one, two) if len(found[one]) < len(found[two]) else (two, one)
                yield from self._told(pipeline, found, rare, usual)

    def _told(self, pipeline: PipelineView, found: dict[str, list[S3Path]], rare: str, usual: str) -> Iterator[Problem]:
        source = pipeline.source
        place, other = (written_first(source, found[name], name) for name in (rare, usual))
        # two values of an environment are meant to be two
        if is_written(source, place.path, rare) or is_written(source, other.path, usual):
            message = f'"{usual}" and "{rare}" are both used; one of them is probably wrong'
            related = (Related(pipeline.place(*other.path, needle=usual), f'names "{usual}"'),)
            help_ = f'did you mean "{usual}"?'
            yield self.problem(pipeline.place(*place.path, needle=rare), message, help_, related)


def _are_twins(one: str, two: str) -> bool:
    """Whether two names are the same but for the word bucket, their separators, or one slip in one of their words."""
    words, others = _words(one), _words(two)
    if "".join(words) == "".join(others):
        return True
    different = [pair for pair in zip(words, others, strict=False) if pair[0] != pair[1]]
    return len(words) == len(others) and len(different) == 1 and nearly_same(*different[0])


def _words(bucket: str) -> list[str]:
    return [word for word in re.split(r"[-._]", bucket.lower()) if word not in ("bucket", "")]
