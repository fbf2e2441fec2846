"""Passwords that Redshift manages: secrets in the local Secrets Manager."""

from __future__ import annotations

import contextlib
import json
import secrets
from typing import Any

from moto.secretsmanager.exceptions import SecretNotFoundException
from moto.secretsmanager.models import secretsmanager_backends

from localcloud.layout import ACCOUNT


def create(region: str, name: str, username: str) -> str:
    """Make a secret with a new password, `{"username": …, "password": …}`; its ARN."""
    content = json.dumps({"username": username, "password": secrets.token_urlsafe(24)})
    request: dict[str, Any] = dict.fromkeys(("secret_binary", "description", "tags", "kms_key_id"))
    request |= {"client_request_token": None, "replica_regions": [], "force_overwrite": False}
    response = _backend(region).create_secret(name=f"redshift!{name}", secret_string=content, **request)
    arn: str = json.loads(response)["ARN"]
    return arn


def delete(region: str, arn: str | None) -> None:
    """Delete a managed secret; harmless if there is none."""
    if arn is None:
        return
    with contextlib.suppress(SecretNotFoundException):
        _backend(region).delete_secret(arn, recovery_window_in_days=None, force_delete_without_recovery=True)


def read(region: str, secret_id: str) -> dict[str, Any] | None:
    """The content of a secret, by its name or ARN; None if there is no such secret, {} if it is not JSON."""
    try:
        text = _backend(region).get_secret_value(secret_id, None, None).get("SecretString", "")
    except SecretNotFoundException:
        return None
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _backend(region: str) -> Any:
    return secretsmanager_backends[ACCOUNT][region]
