"""What the local cloud's EMR says, and its processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import boto3
import httpx

ALIVE = ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"]


class Emr:
    """Clusters by their DAG's id."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
        self.client = boto3.client("emr", endpoint_url=endpoint, region_name="us-east-1", **keys)

    def clusters(self, dag_id: str, run_id: str = "") -> list[dict[str, Any]]:
        """All clusters of a DAG, or of one run, with their tags."""
        listed = self.client.list_clusters()["Clusters"]
        found = [self.client.describe_cluster(ClusterId=cluster["Id"])["Cluster"] for cluster in listed]
        tags = {"dagspec:dag_id": dag_id} | ({"dagspec:run_id": run_id} if run_id else {})
        return [one for one in found if tags.items() <= {tag["Key"]: tag["Value"] for tag in one["Tags"]}.items()]

    def alive(self, dag_id: str) -> list[str]:
        """Clusters of a DAG that would still cost money."""
        return [one["Id"] for one in self.clusters(dag_id) if one["Status"]["State"] in ALIVE]

    def any_active(self) -> bool:
        """Whether any cluster is alive: one quick call."""
        return bool(self.client.list_clusters(ClusterStates=ALIVE)["Clusters"])

    def steps(self, cluster_id: str) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = self.client.list_steps(ClusterId=cluster_id)["Steps"]
        return steps

    def running_steps(self) -> list[dict[str, Any]]:
        """Steps that run now, with the pid of their process."""
        return list(httpx.get(f"{self.endpoint}/_localcloud/status", trust_env=False).json()["steps"])


def until(condition: Callable[[], Any], limit_seconds: float = 60, pause: float = 0.02) -> Any:
    """What the condition gives as soon as it is true."""
    deadline = time.monotonic() + limit_seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(pause)
    return found
