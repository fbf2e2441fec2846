"""`path-mismatch`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem, Related
from dagspec.rule import Rule
from dagspec.rulekit.hand_over import Handed, reads, writes
from dagspec.rulekit.s3 import nearly_same
from dagspec.view import PipelineView


class PathMismatch(Rule):
    """A task reads a path that no task before it writes, though one writes nearly the same.

    Why: one of the two is a slip. The reader fails, waits for ever, or loads the data of some other day.

    Bad:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/itunes/out/hits.parquet
          load:
            operator: airflow.providers.common.sql.operators.sql.SQLExecuteQueryOperator
            dependencies: [pull]
            conn_id: warehouse
            sql: TRUNCATE hits; COPY hits FROM 's3://lake/itunes/output/' IAM_ROLE DEFAULT FORMAT PARQUET

    Good:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/itunes/output/hits.parquet
          load:
            operator: airflow.providers.common.sql.operators.sql.SQLExecuteQueryOperator
            dependencies: [pull]
            conn_id: warehouse
            sql: TRUNCATE hits; COPY hits FROM 's3://lake/itunes/output/' IAM_ROLE DEFAULT FORMAT PARQUET
    """

    severity = "warning"
    tags = ("aws",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Compare what a task reads with what those before it write."""
        by_task = {name: list(writes(task)) for name, task in pipeline.tasks.items()}
        for task in pipeline.tasks.values() if any(by_task.values()) else ():
            written = [one for name in sorted(task.upstream & by_task.keys()) for one in by_task[name]]
            for read in reads(task):
                near = [one for one in written if _is_near(read, one)]
                if len({one.path.uri for one in near}) == 1 and not any(_fits(read, one) for one in written):
                    yield self._told(pipeline, read, near[0])

    def _told(self, pipeline: PipelineView, read: Handed, written: Handed) -> Problem:
        message = f'"{read.task}" reads {read.path.uri} but "{written.task}" {written.verb} {written.path.uri}'
        related = (Related(pipeline.place(*written.path.path, needle=written.path.uri), "is nearly the same path"),)
        place = pipeline.place(*read.path.path, needle=read.path.uri)
        return self.problem(place, message, "write one path in both, best as a value of vars", related)


def _fits(read: Handed, written: Handed) -> bool:
    """Whether one path lies in the other."""
    pairs = zip(read.path.segments, written.path.segments, strict=False)
    return read.path.bucket == written.path.bucket and all(a == b or "*" in (a, b) for a, b in pairs)


def _is_near(read: Handed, written: Handed) -> bool:
    """Whether they would fit but for one folder that is nearly the same."""
    pairs = [(a, b) for a, b in zip(read.path.segments, written.path.segments, strict=False) if "*" not in (a, b)]
    different = [pair for pair in pairs if pair[0] != pair[1]]
    return read.path.bucket == written.path.bucket and len(different) == 1 and nearly_same(*different[0])
