"""A provisioned cluster whose endpoint is the local Redshift, with the states that a cluster passes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from moto.core.exceptions import ServiceException
from moto.redshift import models

from localcloud.redshift.control_state import State

HOST = "127.0.0.1"
_KEPT = (
    "unique_cluster_id",
    "node_type",
    "master_username",
    "db_name",
    "vpc_security_group_ids",
    "enhanced_vpc_routing",
    "cluster_subnet_group_name",
    "publicly_accessible",
    "encrypted",
    "allow_version_upgrade",
    "cluster_version",
    "automated_snapshot_retention_period",
    "preferred_maintenance_window",
    "cluster_parameter_group_name",
    "cluster_security_groups",
    "availability_zone",
    "number_of_nodes",
    "iam_roles_arn",
    "kms_key_id",
    "tags",
)


class InvalidClusterStateError(ServiceException):
    """The cluster's state does not allow the call."""

    code = "InvalidClusterState"


class LocalCluster(models.Cluster):
    """moto's cluster, with states, the endpoint of the local Redshift, and no password."""

    server_port: ClassVar[int]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.state = State("available")
        self.master_password_secret_arn: str | None = None
        super().__init__(*args, **kwargs)

    @property
    def status(self) -> str:
        """`creating`, `available`, `pausing`, `paused`, `resuming`, `deleting`."""
        return self.state.now

    @status.setter
    def status(self, value: str) -> None:
        self.state = State(value)

    @property
    def cluster_availability_status(self) -> str:
        """Whether it takes statements, in AWS's words."""
        return "Available" if self.status == "available" else "Unavailable"

    @property
    def master_user_password(self) -> str:
        """Always empty: the local Redshift checks no password, so none is kept."""
        return ""

    @master_user_password.setter
    def master_user_password(self, value: str) -> None:
        pass

    @property
    def endpoint(self) -> dict[str, str | int] | None:
        """Where the local Redshift listens, whatever port was asked for; none while the cluster is made."""
        return None if self.status == "creating" else {"Address": HOST, "Port": self.server_port}

    def pause(self) -> None:
        """Take no statements any more."""
        self._must_be("available", "pause")
        self.state.pass_through("pausing", "paused")

    def resume(self) -> None:
        """Take statements again."""
        self._must_be("paused", "resume")
        self.state.pass_through("resuming", "available")

    def _must_be(self, status: str, action: str) -> None:
        if self.status != status:
            raise InvalidClusterStateError(
                f"You can't {action} cluster {self.cluster_identifier} because it is {self.status}, not {status}."
            )

    def as_record(self) -> dict[str, Any]:
        """What to keep over a restart: JSON, without any secret."""
        return {
            "cluster_identifier": self.cluster_identifier,
            "status": self.state.settled,
            "create_time": self.create_time.isoformat(),
            "manages_password": self.master_password_secret_arn is not None,
            **{name: getattr(self, name) for name in _KEPT},
        }

    def restore(self, record: dict[str, Any]) -> None:
        """Become what was kept."""
        for name in _KEPT:
            setattr(self, name, record[name])
        self.status = record["status"]
        self.create_time = datetime.fromisoformat(record["create_time"])
