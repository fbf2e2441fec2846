"""`missing-file`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class MissingFile(Rule):
    """A file that a task names is not in the repository.

    Why: the task would fail on the cluster, after it was started and paid for. Paths count from the repository's
    top folder.

    Bad:
        tasks:
          spark:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            log_uri: s3://lake/logs
            steps:
              split: {spark_submit: spark_jobs/itunes/spilt.py}

    Good:
        tasks:
          spark:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            log_uri: s3://lake/logs
            steps:
              split: {spark_submit: spark_jobs/itunes/split.py}
    """

    tags = ("spec",)
    stops_loading = True
