"""Which database a request of the Data API means, and as whom, checked as AWS does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.redshift.exceptions import ClusterNotFoundError
from moto.redshift.models import redshift_backends

from localcloud.layout import ACCOUNT
from localcloud.redshift import control_secrets
from localcloud.redshift.control_backend import IAM_USER
from localcloud.redshift.data_api_errors import ValidationError
from localcloud.redshift.data_api_statement import Target
from localcloud.redshift.serverless import redshiftserverless_backends
from localcloud.redshift.serverless_errors import ResourceNotFoundError

_NO_ENDPOINT = "Redshift endpoint doesn't exist in this region."


def resolve(request: Mapping[str, Any], region: str) -> Target:
    """The target of a request. ValidationException if there is none, or if it takes no statements now."""
    secret = _secret(request.get("SecretArn"), region)
    cluster = request.get("ClusterIdentifier") or secret.get("dbClusterIdentifier")
    workgroup = request.get("WorkgroupName")
    if cluster and workgroup:
        raise ValidationError("ClusterIdentifier and WorkgroupName can't be given together.")
    if not cluster and not workgroup:
        raise ValidationError("ClusterIdentifier or WorkgroupName is needed.")
    if cluster != secret.get("dbClusterIdentifier", cluster):
        raise ValidationError(f"The secret is for cluster {secret['dbClusterIdentifier']}, not for {cluster}.")
    if not request.get("Database"):
        raise ValidationError("Database is needed.")
    _must_be_available(cluster, workgroup, region)
    user = secret.get("username") or request.get("DbUser") or f"IAM:{IAM_USER}"
    return Target(request["Database"], user, cluster, workgroup, request.get("SecretArn"))


def _secret(arn: str | None, region: str) -> dict[str, Any]:
    if not arn:
        return {}
    content = control_secrets.read(region, arn)
    if content is None:
        raise ValidationError(f"Secrets Manager can't find the specified secret: {arn}")
    if "username" not in content:
        raise ValidationError(f"The secret {arn} must be a JSON object with username and password.")
    return content


def _must_be_available(cluster: str | None, workgroup: str | None, region: str) -> None:
    """A workgroup takes statements in every state that it can be seen in, except while it is made."""
    try:
        if cluster:
            status = redshift_backends[ACCOUNT][region].cluster(cluster).status
        else:
            status = redshiftserverless_backends[ACCOUNT][region].workgroup(workgroup).state.now.lower()
    except (ClusterNotFoundError, ResourceNotFoundError):
        raise ValidationError(_NO_ENDPOINT) from None
    if status not in ("available", "modifying"):
        what = f"cluster {cluster}" if cluster else f"workgroup {workgroup}"
        hint = "; resume it first" if status == "paused" else ""
        raise ValidationError(f"The Redshift {what} is {status}, not available{hint}.")
