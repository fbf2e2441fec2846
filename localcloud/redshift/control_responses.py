"""The Redshift calls that moto lacks, checks too little, or answers with less than the truth."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from moto.core.responses import ActionResult
from moto.redshift.responses import RedshiftResponse

from localcloud.redshift import control_checks, control_secrets
from localcloud.redshift.control_backend import LocalRedshiftBackend
from localcloud.redshift.control_cluster import LocalCluster


class LocalRedshiftResponse(RedshiftResponse):
    """moto's Redshift API, completed."""

    # moto writes `creating` into these answers; the clusters here have states of their own
    RESPONSE_KEY_PATH_TO_TRANSFORMER: ClassVar[dict[str, Any]] = {}

    @property
    def redshift_backend(self) -> LocalRedshiftBackend:
        """The backend of the request's account and region."""
        return cast(LocalRedshiftBackend, super().redshift_backend)

    def call_action(self) -> Any:
        """Do what is asked, then keep what has changed."""
        response = control_checks.unsupported(self, "Redshift") or super().call_action()
        self.redshift_backend.save()
        return response

    def create_cluster(self) -> ActionResult:
        """CreateCluster, checked as AWS does; ManageMasterPassword makes a secret."""
        control_checks.check_cluster(self.params)
        response = super().create_cluster()
        if self._get_bool_param("ManageMasterPassword", False):
            self.redshift_backend.manage_password(_cluster(response))
        return response

    def modify_cluster(self) -> ActionResult:
        """ModifyCluster; a new password is checked and forgotten."""
        password = self._get_param("MasterUserPassword")
        if password is not None:
            control_checks.check_password("MasterUserPassword", password)
        return super().modify_cluster()

    def delete_cluster(self) -> ActionResult:
        """DeleteCluster: gone at once, told as `deleting`."""
        response = super().delete_cluster()
        cluster = _cluster(response)
        cluster.status = "deleting"
        control_secrets.delete(self.region, cluster.master_password_secret_arn)
        return response

    def modify_cluster_iam_roles(self) -> ActionResult:
        """ModifyClusterIamRoles."""
        identifier = self._get_param("ClusterIdentifier")
        add, remove = self._get_param("AddIamRoles", []), self._get_param("RemoveIamRoles", [])
        return ActionResult({"Cluster": self.redshift_backend.modify_iam_roles(identifier, add, remove)})

    def reboot_cluster(self) -> ActionResult:
        """RebootCluster: a state that passes; connections stay."""
        cluster = self.redshift_backend.cluster(self._get_param("ClusterIdentifier"))
        cluster.state.pass_through("rebooting", cluster.state.settled)
        return ActionResult({"Cluster": cluster})

    def get_cluster_credentials_with_iam(self) -> ActionResult:
        """GetClusterCredentialsWithIAM."""
        seconds = self._get_int_param("DurationSeconds", 900)
        return ActionResult(self.redshift_backend.iam_credentials(self._get_param("ClusterIdentifier"), seconds))


def _cluster(response: ActionResult) -> LocalCluster:
    return cast(dict[str, LocalCluster], response.result)["Cluster"]
