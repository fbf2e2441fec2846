"""`undefined-job-cluster`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Fix, KeyPath, Problem, closest, suggest
from dagspec.rule import Rule
from dagspec.rulekit.databricks import Request, is_literal, requests
from dagspec.rulekit.edits import replace_value
from dagspec.view import PipelineView


class UndefinedJobCluster(Rule):
    """A Databricks task names a job cluster that the request does not define.

    Why: Databricks refuses the request when the task runs.

    Bad:
        tasks:
          etl:
            operator: airflow.providers.databricks.operators.databricks.DatabricksCreateJobsOperator
            name: etl
            tasks:
              - task_key: clean
                job_cluster_key: elt
                notebook_task: {notebook_path: /Shared/clean_pins}
            job_clusters:
              - job_cluster_key: etl
                new_cluster: {spark_version: 17.3.x-scala2.13, node_type_id: m5.xlarge, num_workers: 2}

    Good:
        tasks:
          etl:
            operator: airflow.providers.databricks.operators.databricks.DatabricksCreateJobsOperator
            name: etl
            tasks:
              - task_key: clean
                job_cluster_key: etl
                notebook_task: {notebook_path: /Shared/clean_pins}
            job_clusters:
              - job_cluster_key: etl
                new_cluster: {spark_version: 17.3.x-scala2.13, node_type_id: m5.xlarge, num_workers: 2}
    """

    tags = ("databricks",)
    fixable = "unsafe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Compare the keys that tasks name with those under job_clusters."""
        for request in requests(pipeline):
            defined = [part.value.get("job_cluster_key") for part in request.job_clusters()]
            listed = [value for _, value in request.values("job_clusters")]
            if not all(isinstance(value, list) for value in listed) or not all(map(is_literal, defined)):
                continue
            keys = [str(key) for key in defined]
            for path, key in _named(request):
                if key not in keys:
                    yield self._found(pipeline, path, key, keys)

    def _found(self, pipeline: PipelineView, path: KeyPath, key: str, defined: list[str]) -> Problem:
        meant = closest(key, defined)
        edit = replace_value(pipeline.source, path, meant) if meant else None
        fix = Fix(f"write {meant}", (edit,)) if edit else None
        help_ = suggest(key, defined) or "give the task a new_cluster"
        return self.problem(
            pipeline.place(*path), f'job cluster "{key}" is not defined: the request is refused', help_, fix=fix
        )


def _named(request: Request) -> Iterator[tuple[KeyPath, str]]:
    parts = request.settings[:1] if request.kind == "task" else request.tasks()
    for part in parts:
        key = part.value.get("job_cluster_key")
        if is_literal(key):
            yield (*part.path, "job_cluster_key"), str(key)
