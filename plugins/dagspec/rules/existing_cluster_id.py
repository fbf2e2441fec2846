"""`existing-cluster-id`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.expressions import REFERENCE
from dagspec.problem import KeyPath, Problem, Related
from dagspec.rule import Rule
from dagspec.rulekit.databricks import Request, is_literal, requests
from dagspec.rulekit.schedule import is_scheduled
from dagspec.view import PipelineView


class ExistingClusterId(Rule):
    """A scheduled task runs on one all-purpose cluster.

    Why: An all-purpose cluster costs more per hour than a job cluster, shares its memory with whoever works on it,
    and the task fails for good when somebody deletes it.

    Bad:
        schedule: "@daily"
        tasks:
          clean:
            operator: airflow.providers.databricks.operators.databricks.DatabricksSubmitRunOperator
            notebook_task: {notebook_path: /Shared/clean_pins}
            existing_cluster_id: 0101-000000-abcd1234

    Good:
        schedule: "@daily"
        tasks:
          clean:
            operator: airflow.providers.databricks.operators.databricks.DatabricksSubmitRunOperator
            notebook_task: {notebook_path: /Shared/clean_pins}
            new_cluster: {spark_version: 17.3.x-scala2.13, node_type_id: m5.xlarge, num_workers: 2}
    """

    severity = "warning"
    tags = ("databricks",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Each literal id once; an id of the environment is somebody's decision."""
        if not is_scheduled(pipeline):
            return
        # by where it stands: tasks that share it through an anchor name it once
        places: dict[str, dict[tuple[int, int], KeyPath]] = {}
        for request in requests(pipeline):
            for path, cluster in _clusters(request):
                node = pipeline.source.node(path)
                if node is not None and not REFERENCE.search(str(node.value)):
                    places.setdefault(cluster, {}).setdefault(pipeline.source.offsets(path, "value"), path)
        for cluster, (first, *others) in ((name, found.values()) for name, found in places.items()):
            message = f'cluster "{cluster}" is an all-purpose cluster: it costs more, and somebody may delete it'
            related = tuple(Related(pipeline.place(*path), "uses it too") for path in others)
            yield self.problem(pipeline.place(*first), message, "give the task a new_cluster", related)


def _clusters(request: Request) -> Iterator[tuple[KeyPath, str]]:
    for part in (*request.settings, *request.tasks()):
        cluster = part.value.get("existing_cluster_id")
        if is_literal(cluster):
            yield (*part.path, "existing_cluster_id"), str(cluster)
