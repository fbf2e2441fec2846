"""The environment variables that configure Airflow and its tasks: there is no airflow.cfg to keep.

Each setting of ``_FAST`` was measured; docs tell what it brought.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from dagspec.run import snowflake
from dagspec.run.paths import Paths
from dagspec.run.ports import LOOPBACK
from dagspec.run.secrets import AirflowKeys

REGION = "us-east-1"
# Airflow blots a connection's password out of every log: "local" would make s3://***-lake of s3://local-lake.
ANY_PASSWORD = "not-a-secret"  # noqa: S105 - the local cloud accepts any
REDSHIFT_USER = "awsuser"
REDSHIFT_DATABASE = "dev"
PARALLEL_TASKS = 4
SQLITE_WAIT_SECONDS = 60
# The user's own Airflow and AWS settings may name production: a local run must not see them.
_FOREIGN_PREFIXES = ("AIRFLOW", "AWS_", "DAGSPEC_")
_KEPT = ("AWS_CA_BUNDLE",)

_FIXED = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__PARALLELISM": str(PARALLEL_TASKS),
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
    # Only the run that was asked for: unpausing a daily pipeline must not start a second one.
    "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
    # An edited spec counts at once, also when it was last loaded seconds ago.
    "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0",
    "AIRFLOW__API__HOST": LOOPBACK,
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
    "SCARF_NO_ANALYTICS": "true",
    "DO_NOT_TRACK": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": REGION,
}

# An event starts a run as a schedule does. Only the DAG that was asked for is not paused.
EVENT_SETTINGS = {"AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "True"}

_FAST = {
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
    "AIRFLOW__SCHEDULER__JOB_HEARTBEAT_SEC": "1",
    "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "1",
    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30",
    # A task's supervisor can miss the exit of its task; it looks again after this time.
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    # The first request of a task meets a server that is still busy with its own start.
    "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
}


@dataclass(frozen=True)
class LocalEndpoints:
    """The ports of a run; the local cloud has one of its own for Redshift, and one for Snowflake."""

    airflow_port: int
    cloud_port: int
    redshift_port: int
    snowflake_port: int

    @property
    def cloud_url(self) -> str:
        """The address of the AWS APIs."""
        return f"http://{LOOPBACK}:{self.cloud_port}"

    @property
    def airflow_url(self) -> str:
        """The address of Airflow's UI and API."""
        return f"http://{LOOPBACK}:{self.airflow_port}"


def base_environment() -> dict[str, str]:
    """Return this process's variables without those that configure another Airflow or AWS account."""
    own = {name: value for name, value in os.environ.items() if name in _KEPT or not name.startswith(_FOREIGN_PREFIXES)}
    # The services talk to each other on this machine: never through a proxy.
    for name in ("no_proxy", "NO_PROXY"):
        own[name] = ",".join(filter(None, [own.get(name), LOOPBACK, "localhost"]))
    return own


def airflow_environment(paths: Paths, endpoints: LocalEndpoints, keys: AirflowKeys, environment: str) -> dict[str, str]:
    """Return all variables of an Airflow service; ``environment`` is the name in environments.yaml."""
    return {
        **base_environment(),
        **_FIXED,
        **_FAST,
        **_places(paths, endpoints),
        **_key_settings(keys),
        **_connections(paths, endpoints),
        **snowflake.settings(paths, endpoints.snowflake_port),
        "DAGSPEC_ENVIRONMENT": environment,
        "DAGSPEC_ROOT": str(paths.root),
    }


def _places(paths: Paths, endpoints: LocalEndpoints) -> dict[str, str]:
    # SQLAlchemy hands `timeout` to SQLite as the time to wait for another writer.
    database = f"sqlite:///{paths.database}?timeout={SQLITE_WAIT_SECONDS}"
    return {
        "AIRFLOW_HOME": str(paths.airflow_home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(paths.dags),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(paths.empty_plugins),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
        "AIRFLOW__API__PORT": str(endpoints.airflow_port),
        "AIRFLOW__API__BASE_URL": endpoints.airflow_url,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{endpoints.airflow_url}/execution/",
        "AWS_ENDPOINT_URL": endpoints.cloud_url,
    }


def _key_settings(keys: AirflowKeys) -> dict[str, str]:
    return {
        "AIRFLOW__API_AUTH__JWT_SECRET": keys.jwt,
        "AIRFLOW__CORE__FERNET_KEY": keys.fernet,
        "AIRFLOW__API__SECRET_KEY": keys.session,
    }


def _connections(paths: Paths, endpoints: LocalEndpoints) -> Mapping[str, str]:
    aws = {
        "conn_type": "aws",
        "login": "local",
        "password": ANY_PASSWORD,
        "extra": {"endpoint_url": endpoints.cloud_url, "region_name": REGION},
    }
    itunes = {"conn_type": "http", "host": f"{endpoints.cloud_url}/itunes"}
    redshift = {
        "conn_type": "redshift",
        "host": LOOPBACK,
        "port": endpoints.redshift_port,
        "login": REDSHIFT_USER,
        "password": ANY_PASSWORD,
        "schema": REDSHIFT_DATABASE,
        "extra": {"ssl": False},
    }
    return {
        "AIRFLOW_CONN_AWS_DEFAULT": json.dumps(aws),
        "AIRFLOW_CONN_EMR_DEFAULT": json.dumps({"conn_type": "emr"}),
        "AIRFLOW_CONN_ITUNES_API": json.dumps(itunes),
        "AIRFLOW_CONN_REDSHIFT_DEFAULT": json.dumps(redshift),
        "AIRFLOW_CONN_SNOWFLAKE_DEFAULT": json.dumps(snowflake.connection(paths, endpoints.snowflake_port)),
    }
