"""`runtime-eol`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.databricks import requests
from dagspec.rulekit.runtimes import runtime_of, runtimes
from dagspec.today import today
from dagspec.view import PipelineView


class RuntimeEol(Rule):
    """A cluster runs a Databricks Runtime that is without support.

    Why: Such a release gets no fixes any more, also not for security, and Databricks may refuse to start it.

    Bad:
        tasks:
          clean:
            operator: airflow.providers.databricks.operators.databricks.DatabricksSubmitRunOperator
            notebook_task: {notebook_path: /Shared/clean_pins}
            new_cluster: {spark_version: 12.2.x-scala2.12, node_type_id: m5.xlarge, num_workers: 2}

    Good:
        tasks:
          clean:
            operator: airflow.providers.databricks.operators.databricks.DatabricksSubmitRunOperator
            notebook_task: {notebook_path: /Shared/clean_pins}
            new_cluster: {spark_version: 17.3.x-scala2.13, node_type_id: m5.xlarge, num_workers: 2}
    """

    severity = "warning"
    tags = ("databricks",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Compare the version of every new cluster with the table of releases."""
        for request in requests(pipeline):
            for cluster in request.clusters():
                runtime = runtime_of(cluster.value.get("spark_version"), today())
                if runtime is None or not runtime.has_ended:
                    continue
                since = f" since {runtime.ended}" if runtime.ended else ""
                message = f"Databricks Runtime {runtime.name} is without support{since}"
                place = pipeline.place(*cluster.path, "spark_version")
                yield self.problem(place, message, f"use {runtimes().recommended}")
