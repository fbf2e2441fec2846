"""The RunJobFlow request of a transient cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta

from dagspec.kinds import NonEmpty, Positive, parse_duration
from dagspec.shared import Task
from dagspec.spec import Keys

if TYPE_CHECKING:
    from dagspec.operators.emr.transient_cluster import TransientCluster


class InstanceGroup(Keys, frozen=True):
    """Nodes of one kind."""

    instance_type: NonEmpty = "m5.xlarge"
    count: Positive = 1
    market: Literal["ON_DEMAND", "SPOT"] = "ON_DEMAND"
    bid_price: Annotated[NonEmpty | None, Meta(description="Highest spot price in USD, as text.")] = None
    ebs_size_gb: Annotated[Positive | None, Meta(description="Size of one EBS volume, in GB.")] = None


def job_flow(cluster: TransientCluster, task: Task) -> dict[str, Any]:
    """The request body, without steps. Its tags tell which run the cluster belongs to."""
    request: dict[str, Any] = {
        "Name": cluster_name(task),
        "ReleaseLabel": cluster.release_label,
        "Applications": [{"Name": name} for name in cluster.applications],
        "Instances": _instances(cluster),
        "ServiceRole": cluster.service_role,
        "JobFlowRole": cluster.job_flow_role,
        "StepConcurrencyLevel": cluster.step_concurrency,
        "VisibleToAllUsers": True,
        "Tags": [{"Key": key, "Value": value} for key, value in cluster.tags.items()],
    }
    if cluster.idle_timeout is not None:
        seconds = round(parse_duration(cluster.idle_timeout).total_seconds())
        request["AutoTerminationPolicy"] = {"IdleTimeout": seconds}
    optional = {
        "LogUri": cluster.log_uri,
        "Configurations": cluster.configurations,
        "SecurityConfiguration": cluster.security_configuration,
        "BootstrapActions": _bootstrap_actions(cluster, task),
    }
    return request | {key: value for key, value in optional.items() if value}


def cluster_name(task: Task) -> str:
    """The name that EMR shows, and by which a run's clusters are looked for before their tags are."""
    return f"{task.dag_id}.{task.id}"


def _instances(cluster: TransientCluster) -> dict[str, Any]:
    groups = {"MASTER": cluster.primary, "CORE": cluster.core, "TASK": cluster.task}
    instances: dict[str, Any] = {
        "InstanceGroups": [_instance_group(role, group) for role, group in groups.items() if group],
        "KeepJobFlowAliveWhenNoSteps": not cluster.auto_terminate,
        "TerminationProtected": False,
    }
    optional = {"Ec2SubnetId": cluster.subnet_id, "Ec2KeyName": cluster.key_name}
    return instances | {key: value for key, value in optional.items() if value}


def _instance_group(role: str, group: InstanceGroup) -> dict[str, Any]:
    config: dict[str, Any] = {
        "Name": role.lower(),
        "InstanceRole": role,
        "InstanceType": group.instance_type,
        "InstanceCount": group.count,
        "Market": group.market,
    }
    if group.bid_price:
        config["BidPrice"] = group.bid_price
    if group.ebs_size_gb:
        volume = {"VolumeSpecification": {"VolumeType": "gp3", "SizeInGB": group.ebs_size_gb}, "VolumesPerInstance": 1}
        config["EbsConfiguration"] = {"EbsBlockDeviceConfigs": [volume]}
    return config


def _bootstrap_actions(cluster: TransientCluster, task: Task) -> list[dict[str, Any]]:
    return [
        {
            "Name": action.name,
            "ScriptBootstrapAction": {
                "Path": task.file(action.script, "bootstrap_actions", index, "script"),
                "Args": action.arguments,
            },
        }
        for index, action in enumerate(cluster.bootstrap_actions)
    ]
