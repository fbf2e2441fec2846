"""`s3-bucket-invalid`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.s3 import buckets, illegal, written_first
from dagspec.view import PipelineView

HELP = 'a name has 3 to 63 lower-case letters, digits, "-" and ".", and begins and ends with a letter or a digit'


class S3BucketInvalid(Rule):
    """A bucket has a name that S3 does not allow.

    Why: no such bucket can be made, so the first task that opens the path fails.

    Bad:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://credit_card_analysis/raw/hits.parquet

    Good:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://credit-card-analysis/raw/hits.parquet
    """

    tags = ("aws",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Check each bucket once, where it is written."""
        for bucket, paths in buckets(pipeline).items():
            reason = illegal(bucket)
            if reason:
                place = pipeline.place(*written_first(pipeline.source, paths, bucket).path, needle=bucket)
                yield self.problem(place, f'bucket "{bucket}" is not legal: {reason}', HELP)
