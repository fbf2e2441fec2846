"""The EMR clusters of a run: how long they lived, and how much that is in instance-hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from dagspec.run.environment import REGION

if TYPE_CHECKING:
    from mypy_boto3_emr import EMRClient

SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class ClusterUse:
    """What a cluster has taken; ``seconds`` from its creation to its end, or until now."""

    name: str
    state: str
    instance_types: tuple[str, ...]
    instances: int
    seconds: float

    @property
    def instance_hours(self) -> float:
        """Instances times hours: what EMR and EC2 bill."""
        return self.instances * self.seconds / SECONDS_PER_HOUR


def find_clusters(cloud_url: str, dag_id: str, run_id: str) -> list[ClusterUse]:
    """Return the clusters that a run has started, the first one first; they carry its tags."""
    client: EMRClient = boto3.client(
        "emr",
        endpoint_url=cloud_url,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the local cloud accepts any
        config=Config(proxies={}),
    )
    return list(reversed(list(_clusters(client, {"dagspec:dag_id": dag_id, "dagspec:run_id": run_id}))))


def _clusters(client: EMRClient, tags: dict[str, str]) -> Iterator[ClusterUse]:
    for page in client.get_paginator("list_clusters").paginate():
        for listed in page["Clusters"]:
            cluster = client.describe_cluster(ClusterId=listed["Id"])["Cluster"]
            if not tags.items() <= {tag["Key"]: tag["Value"] for tag in cluster["Tags"]}.items():
                continue
            groups = client.list_instance_groups(ClusterId=listed["Id"])["InstanceGroups"]
            timeline = cluster["Status"]["Timeline"]
            lived = timeline.get("EndDateTime", datetime.now(UTC)) - timeline["CreationDateTime"]
            yield ClusterUse(
                name=cluster["Name"],
                state=cluster["Status"]["State"],
                instance_types=tuple(sorted({group["InstanceType"] for group in groups})),
                instances=sum(group["RequestedInstanceCount"] for group in groups),
                seconds=lived.total_seconds(),
            )
