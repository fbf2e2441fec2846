"""Where the databases of the local cloud listen, for whoever wants to look into them while a run is kept up."""

from __future__ import annotations

from typing import Any

import httpx

from dagspec.run.environment import REDSHIFT_DATABASE, REDSHIFT_USER
from dagspec.run.ports import LOOPBACK
from dagspec.run.snowflake import ACCOUNT, DATABASE, HOST
from dagspec.run.tables import LIMIT_SECONDS, STATUS_PATH

LISTENING = ("idle", "waiting", "running")


def database_addresses(cloud_url: str) -> dict[str, str]:
    """Return name → address of Redshift and Snowflake, if they listen; a cloud that does not say has none."""
    try:
        status = httpx.get(cloud_url + STATUS_PATH, timeout=LIMIT_SECONDS, trust_env=False).json()
        redshift, snowflake = _port(status, "redshift"), _port(status, "snowflake")
    except (httpx.HTTPError, ValueError, KeyError, AttributeError):
        return {}
    found = {}
    if redshift:
        found["Redshift"] = f"{LOOPBACK}:{redshift}, user {REDSHIFT_USER}, database {REDSHIFT_DATABASE}"
    if snowflake:
        found["Snowflake"] = f"https://{HOST}:{snowflake}, account {ACCOUNT}, database {DATABASE}"
    return found


def _port(status: dict[str, Any], engine: str) -> int | None:
    server = status.get(engine) or {}
    return int(server["port"]) if server.get("state") in LISTENING else None
