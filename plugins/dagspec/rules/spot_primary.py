"""`spot-primary`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dagspec.problem import Fix, KeyPath, Problem
from dagspec.rule import Rule
from dagspec.rulekit.edits import replace_value
from dagspec.rulekit.emr import EmrCluster, emr_clusters
from dagspec.view import PipelineView


class SpotPrimary(Rule):
    """The primary node of a cluster is a spot instance.

    Why: AWS may take a spot instance back at any time. Without its primary node the whole cluster ends, with all steps.

    Bad:
        tasks:
          transform:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            primary: {instance_type: m5.xlarge, market: SPOT}
            steps:
              flat: {spark_submit: spark_jobs/itunes/transform_raw.py}

    Good:
        tasks:
          transform:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            primary: {instance_type: m5.xlarge, market: ON_DEMAND}
            core: {instance_type: m5.xlarge, count: 2, market: SPOT}
            steps:
              flat: {spark_submit: spark_jobs/itunes/transform_raw.py}
    """

    severity = "warning"
    tags = ("aws",)
    fixable = "unsafe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Look at the markets of primary nodes, in groups and in fleets."""
        for cluster in emr_clusters(pipeline):
            for path in _spot_markets(cluster):
                edit = replace_value(pipeline.source, path, "ON_DEMAND") if path[-1] in ("market", "Market") else None
                fix = Fix("make it ON_DEMAND", (edit,)) if edit else None
                message = "losing a SPOT primary node ends the whole cluster"
                help_ = "use ON_DEMAND here; SPOT saves most on core and task nodes"
                yield self.problem(pipeline.place(*path), message, help_, fix=fix)


def _spot_markets(cluster: EmrCluster) -> Iterator[KeyPath]:
    primary = cluster.config.get("primary")
    if isinstance(primary, dict) and primary.get("market") == "SPOT":
        yield (*cluster.path, "primary", "market")
    instances = cluster.config.get("Instances")
    path = (*cluster.path, "Instances")
    for index, group in _entries(instances, "InstanceGroups"):
        if group.get("InstanceRole") == "MASTER" and group.get("Market") == "SPOT":
            yield (*path, "InstanceGroups", index, "Market")
    for index, fleet in _entries(instances, "InstanceFleets"):
        spot = fleet.get("TargetSpotCapacity")
        if fleet.get("InstanceFleetType") == "MASTER" and isinstance(spot, int) and spot > 0:
            yield (*path, "InstanceFleets", index, "TargetSpotCapacity")


def _entries(instances: Any, key: str) -> list[tuple[int, dict[str, Any]]]:
    found = instances.get(key) if isinstance(instances, dict) else None
    return [(index, one) for index, one in enumerate(found) if isinstance(one, dict)] if isinstance(found, list) else []
