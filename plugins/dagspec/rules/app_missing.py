"""`app-missing`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagspec.problem import Edit, Fix, KeyPath, Problem, Related
from dagspec.rule import Rule
from dagspec.rulekit.edits import replace_value
from dagspec.rulekit.emr import KIND, EmrCluster, emr_clusters, spark_steps
from dagspec.source import Source
from dagspec.view import PipelineView


class AppMissing(Rule):
    """A step runs Spark on a cluster that is made without Spark.

    Why: EMR installs the applications that are asked for and no others. The step fails once the cluster is up and paid.

    Bad:
        tasks:
          transform:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            applications: [Hadoop, Hive]
            steps:
              flat: {spark_submit: spark_jobs/itunes/transform_raw.py}

    Good:
        tasks:
          transform:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            applications: [Spark, Hadoop, Hive]
            steps:
              flat: {spark_submit: spark_jobs/itunes/transform_raw.py}
    """

    tags = ("aws",)
    fixable = "unsafe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Compare the steps of each cluster with its applications."""
        clusters = list(emr_clusters(pipeline))
        for cluster in clusters:
            applications = cluster.applications
            if applications and "spark" not in applications[0]:
                steps = [*cluster.spark_steps(), *(_added(pipeline) if len(clusters) == 1 else ())]
                if steps:
                    yield self._told(pipeline, cluster, applications[1], steps)

    def _told(
        self, pipeline: PipelineView, cluster: EmrCluster, path: KeyPath, steps: list[tuple[str, KeyPath]]
    ) -> Problem:
        name, at = steps[0]
        message = f'"{name}" runs Spark, but the cluster of "{cluster.task.id}" has none'
        edit = _add_spark(pipeline.source, path)
        fix = Fix("add Spark", (edit,)) if edit else None
        related = (Related(pipeline.key(*at), "runs Spark"),)
        return self.problem(pipeline.place(*path), message, "add Spark to the applications", related, fix)


def _added(pipeline: PipelineView) -> Iterator[tuple[str, KeyPath]]:
    """The Spark steps that other tasks add to the only cluster."""
    for task in pipeline.tasks.values():
        if KIND in task.facts.uses and KIND not in task.facts.creates:
            yield from spark_steps(task.arguments.get("steps"), (*task.path, "steps"))


def _add_spark(source: Source, path: KeyPath) -> Edit | None:
    if not source.owns((*path, 0)):
        empty = source.text[slice(*source.offsets(path, "value"))].replace(" ", "") == "[]"
        return replace_value(source, path, "[Spark]") if empty else None
    start, _ = source.offsets((*path, 0), "value")
    new = "{Name: Spark}" if source.text[start] == "{" or source.node((*path, 0, "Name")) else "Spark"
    if source.text[source.offsets(path, "value")[0]] == "[":
        return Edit(start, start, f"{new}, ")
    before = source.text[source.text.rfind("\n", 0, start) + 1 : start]
    return Edit(start, start, f"{new}\n{before}") if re.fullmatch(r" *- +", before) else None
