"""What AWS checks in requests for clusters and namespaces, and moto does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.redshift.exceptions import InvalidParameterCombinationError, InvalidParameterValueError

_IDENTIFIER = re.compile(r"[a-z](-?[a-z0-9])*")
_USER = re.compile(r"[a-z][a-z0-9_+.@-]{0,127}")
_DATABASE = re.compile(r"[a-z_][a-z0-9_$]{0,63}")
_PASSWORD = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[!#-&(-.0-?A-\[\]-~]{8,64}")
_LONGEST_IDENTIFIER = 63


class NotSupportedError(ServiceException):
    """The local cloud has no such call."""

    code = "NotImplemented"


def unsupported(response: BaseResponse, service: str) -> Any:
    """The answer to a call that the local cloud does not have, else None."""
    action = response._get_action()
    if not action or camelcase_to_underscores(action) in method_names_from_class(type(response)):
        return None
    error = NotSupportedError(f"The local cloud has no {action} of {service}; docs/local-cloud.md lists what it has.")
    return response.serialized(ActionResult(error))


def check_cluster(request: Mapping[str, Any]) -> None:
    """A CreateCluster request. InvalidParameterValue or InvalidParameterCombination if AWS refuses it."""
    _check_identifier(request["ClusterIdentifier"])
    if not _USER.fullmatch(request["MasterUsername"]) or request["MasterUsername"] == "public":
        raise InvalidParameterValueError(
            "The parameter MasterUsername must begin with a lower-case letter, hold lower-case letters, digits and "
            "_ + . @ - only, 128 characters at most, and not be public."
        )
    if not _DATABASE.fullmatch(request.get("DBName", "dev")):
        raise InvalidParameterValueError(
            "The parameter DBName must hold 1 to 64 lower-case letters, digits, _ and $, and begin with a letter."
        )
    _check_nodes(request)
    _check_password_choice(request)


def check_password(name: str, password: str) -> None:
    """A password of an administrator. InvalidParameterValue if AWS refuses it; the message does not hold it."""
    if not _PASSWORD.fullmatch(password):
        raise InvalidParameterValueError(
            f"The parameter {name} must be 8 to 64 printable ASCII characters with at least one upper-case letter, "
            "one lower-case letter and one digit, and without space, ', \", \\, / and @."
        )


def _check_identifier(identifier: str) -> None:
    if len(identifier) > _LONGEST_IDENTIFIER or not _IDENTIFIER.fullmatch(identifier):
        raise InvalidParameterValueError(
            f"The parameter ClusterIdentifier is not a valid identifier: {identifier!r}. Identifiers begin with a "
            "lower-case letter, hold lower-case letters, digits and hyphens, 63 characters at most, and have no hyphen "
            "at the end and no two in a row."
        )


def _check_nodes(request: Mapping[str, Any]) -> None:
    cluster_type = request.get("ClusterType", "multi-node")
    nodes = request.get("NumberOfNodes", 1)
    if cluster_type not in ("multi-node", "single-node"):
        raise InvalidParameterValueError("Invalid cluster type. Cluster type can be one of multi-node or single-node")
    if cluster_type == "multi-node" and nodes < 2:
        raise InvalidParameterCombinationError(
            "Number of nodes for cluster type multi-node must be greater than or equal to 2"
        )


def _check_password_choice(request: Mapping[str, Any]) -> None:
    password = request.get("MasterUserPassword")
    if bool(request.get("ManageMasterPassword")) == (password is not None):
        raise InvalidParameterCombinationError("Give one of MasterUserPassword and ManageMasterPassword.")
    if password is not None:
        check_password("MasterUserPassword", password)
