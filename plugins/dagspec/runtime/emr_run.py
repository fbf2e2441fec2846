"""Which clusters and steps belong to a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from airflow.sdk import Context

if TYPE_CHECKING:
    from mypy_boto3_emr import EMRClient
    from mypy_boto3_emr.literals import ClusterStateType

ACTIVE: list[ClusterStateType] = ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"]


def run_tags(context: Context, spec_task: str) -> dict[str, str]:
    """The tags that tell a cluster's run: its DAG, its run, and the task of the spec."""
    dag_run = context["dag_run"]
    return {
        "dagspec:dag_id": str(dag_run.dag_id),
        "dagspec:run_id": str(dag_run.run_id),
        "dagspec:task": spec_task,
    }


def active_clusters(client: EMRClient, name: str, tags: Mapping[str, str]) -> list[str]:
    """Ids of the clusters of that name that are alive and carry all these tags, newest first.

    Names are compared first because EMR's list has no tags: one more call for each candidate.
    """
    pages = client.get_paginator("list_clusters").paginate(ClusterStates=ACTIVE)
    named = [cluster["Id"] for page in pages for cluster in page["Clusters"] if cluster["Name"] == name]
    return [cluster_id for cluster_id in named if tags.items() <= _tags(client, cluster_id).items()]


def _tags(client: EMRClient, cluster_id: str) -> dict[str, str]:
    cluster = client.describe_cluster(ClusterId=cluster_id)["Cluster"]
    return {tag["Key"]: tag["Value"] for tag in cluster.get("Tags", [])}


def step_by_name(client: EMRClient, cluster_id: str, name: str, leave_out: Collection[str]) -> str | None:
    """Id of the newest step of that name on the cluster whose state is not one of `leave_out`."""
    for page in client.get_paginator("list_steps").paginate(ClusterId=cluster_id):
        for step in page["Steps"]:
            if step["Name"] == name and step["Status"]["State"] not in leave_out:
                return step["Id"]
    return None
