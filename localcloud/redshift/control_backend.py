"""moto's Redshift backend: its clusters lead to the local Redshift, pass states, and survive a restart."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from moto.redshift import models
from moto.redshift.exceptions import ClusterNotFoundError, InvalidParameterCombinationError, InvalidParameterValueError

from localcloud.layout import ACCOUNT, Layout
from localcloud.redshift import control_secrets
from localcloud.redshift.control_cluster import LocalCluster
from localcloud.redshift.control_state import StateFile

DEFAULT_NAME = "dagspec-local"
DEFAULT_USER = "awsuser"
DEFAULT_DATABASE = "dev"
# the name of the one IAM identity that calls the local cloud
IAM_USER = "local"
_DEFAULT_CLUSTER: dict[str, Any] = {
    "cluster_identifier": DEFAULT_NAME,
    "node_type": "ra3.large",
    "master_username": DEFAULT_USER,
    "db_name": DEFAULT_DATABASE,
    "cluster_type": "single-node",
    "number_of_nodes": 1,
    "master_user_password": "",
    "allow_version_upgrade": True,
    "publicly_accessible": False,
    "encrypted": False,
    "cluster_security_groups": [],
    "vpc_security_group_ids": [],
    # moto has defaults of its own for these
    "cluster_subnet_group_name": None,
    "availability_zone": None,
    "preferred_maintenance_window": None,
    "cluster_parameter_group_name": None,
    "automated_snapshot_retention_period": None,
    "port": None,
    "cluster_version": None,
}


class LocalRedshiftBackend(models.RedshiftBackend):
    """One region's provisioned clusters."""

    layout: ClassVar[Layout]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._file = StateFile(state_file(self.layout, "clusters", region_name))
        if account_id == ACCOUNT:
            self._restore()

    @property
    def _url_module(self) -> Any:
        from localcloud.redshift import control_urls

        return control_urls

    def create_cluster(self, **cluster_kwargs: Any) -> LocalCluster:
        """Make a cluster that is `creating`, then `available`."""
        cluster: LocalCluster = super().create_cluster(**cluster_kwargs)
        cluster.state.pass_through("creating", "available")
        return cluster

    def cluster(self, cluster_identifier: str) -> LocalCluster:
        """One cluster. ClusterNotFound if there is none."""
        if cluster_identifier not in self.clusters:
            raise ClusterNotFoundError(cluster_identifier)
        return self.clusters[cluster_identifier]

    def manage_password(self, cluster: LocalCluster) -> None:
        """Keep the admin's password in Secrets Manager."""
        name = f"{cluster.cluster_identifier}-{cluster.master_username}"
        cluster.master_password_secret_arn = control_secrets.create(self.region_name, name, cluster.master_username)

    def delete_cluster(self, **cluster_kwargs: Any) -> LocalCluster:
        """Remove a cluster; the databases stay. AWS wants a final snapshot unless it is told to skip it."""
        skip = bool(cluster_kwargs.pop("skip_final_snapshot"))
        # Airflow's hook sends an empty identifier for none
        snapshot = cluster_kwargs.pop("final_cluster_snapshot_identifier") or None
        if skip and snapshot:
            raise InvalidParameterCombinationError(
                "FinalClusterSnapshotIdentifier can't be given together with SkipFinalClusterSnapshot."
            )
        options = {"skip_final_snapshot": skip, "final_cluster_snapshot_identifier": snapshot}
        cluster: LocalCluster = super().delete_cluster(**cluster_kwargs, **options)
        return cluster

    def describe_cluster_snapshots(
        self,
        cluster_identifier: str | None = None,
        snapshot_identifier: str | None = None,
        snapshot_type: str | None = None,
    ) -> list[models.Snapshot]:
        """Snapshots that match all that is given; moto gives all snapshots for a cluster that has none."""
        found = super().describe_cluster_snapshots(None, snapshot_identifier, snapshot_type)
        return [
            snapshot
            for snapshot in found
            if cluster_identifier in (None, snapshot.cluster_identifier)
            and snapshot_type in (None, snapshot.snapshot_type)
        ]

    def modify_iam_roles(self, cluster_identifier: str, add: list[str], remove: list[str]) -> LocalCluster:
        """Attach and detach roles; nothing checks them."""
        cluster = self.cluster(cluster_identifier)
        kept = [role for role in cluster.iam_roles_arn if role not in {*add, *remove}]
        cluster.iam_roles_arn = kept + add
        return cluster

    def iam_credentials(self, cluster_identifier: str, seconds: int) -> dict[str, Any]:
        """GetClusterCredentialsWithIAM: any password is right."""
        self.cluster(cluster_identifier)
        if not 900 <= seconds <= 3600:
            raise InvalidParameterValueError("Token duration must be between 900 and 3600 seconds")
        return temporary_credentials(seconds)

    def save(self) -> None:
        """Write what survives a restart, if it has changed."""
        self._file.write([cluster.as_record() for cluster in self.clusters.values()])

    def _restore(self) -> None:
        for record in self._file.read() or []:
            self._restore_cluster(record)
        if DEFAULT_NAME not in self.clusters:
            self._make(_DEFAULT_CLUSTER)

    def _restore_cluster(self, record: dict[str, Any]) -> None:
        cluster = self._make({**_DEFAULT_CLUSTER, "cluster_identifier": record["cluster_identifier"]})
        cluster.restore(record)
        if record["manages_password"]:
            self.manage_password(cluster)

    def _make(self, definition: dict[str, Any]) -> LocalCluster:
        """A cluster that is there at once."""
        cluster: LocalCluster = super().create_cluster(**definition, region_name=self.region_name)
        return cluster


def state_file(layout: Layout, name: str, region: str) -> Any:
    """Where a region's objects of one kind are kept."""
    return layout.state / "redshift" / f"{name}-{region}.json"


def temporary_credentials(seconds: int) -> dict[str, Any]:
    """A user name and a password as AWS makes them for an IAM identity, in both services' spelling."""
    now = datetime.now(UTC)
    return {
        "db_user": f"IAM:{IAM_USER}",
        "db_password": secrets.token_urlsafe(32),
        "expiration": now + timedelta(seconds=seconds),
        "next_refresh_time": now + timedelta(seconds=seconds / 2),
    }
