"""The iris pipeline on a warm Airflow, a copy of it to put faults into, and Snowflake as its users see it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dagspec.run.outputs import s3_client
from tests.run.airflow_fixture import CHECKOUT, WarmAirflow

BUCKET = "local-lake"
SAMPLE = CHECKOUT / "samples/iris/iris.data"
CLASSES = ("Iris-setosa", "Iris-versicolor", "Iris-virginica")
FIFTY_EACH = [(name, 50) for name in CLASSES]
FAULTY = "iris_faults"
# A query by the provider's own hook, in the environment of a task.
_QUERY = """
import json, sys
from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
hook = SnowflakeHook("snowflake_default")
print("ROWS", json.dumps([hook.get_records(statement) for statement in sys.argv[1:]][-1]))
"""


def write_iris_copy(root: Path) -> None:
    """Write a pipeline that differs from iris in its names and in where it downloads from: the run's conf says it."""
    text = (root / "dag_specs/iris.yaml").read_text()
    for old, new in (
        ("${env.lake_bucket}/iris", "${env.lake_bucket}/" + FAULTY),
        ("${env.iris_url}", "{{ dag_run.conf['url'] }}"),
        ("sql/iris/", f"sql/{FAULTY}/"),
        ("iris.class_counts", f"{FAULTY}.class_counts"),
    ):
        assert old in text
        text = text.replace(old, new)
    (root / f"dag_specs/{FAULTY}.yaml").write_text(text)
    (root / f"sql/{FAULTY}").mkdir()
    sql = (root / "sql/iris/create_schema.sql").read_text().replace("EXISTS iris", f"EXISTS {FAULTY}")
    (root / f"sql/{FAULTY}/create_schema.sql").write_text(sql)


@dataclass(frozen=True)
class Iris:
    """One copy; `dag_id` also names its folder in the lake and its schema."""

    airflow: WarmAirflow
    dag_id: str = "iris"

    def run(self, conf: dict[str, Any] | None = None) -> tuple[str, str]:
        """The id of a run, and the state in which it has ended."""
        run_id = self.airflow.start(self.dag_id, conf)
        return run_id, self.airflow.wait(self.dag_id, run_id, 180)

    def states(self, run_id: str) -> dict[str, str | None]:
        return {one.task_id: one.state for one in self.airflow.client.task_states(self.dag_id, run_id)}

    def log(self, run_id: str, task_id: str) -> str:
        (state,) = [one for one in self.airflow.client.task_states(self.dag_id, run_id) if one.task_id == task_id]
        return "\n".join(self.airflow.client.task_log(self.dag_id, run_id, state))

    def objects(self, folder: str) -> dict[str, bytes]:
        """Name → content of the objects in a folder, as S3 tells; no markers."""
        client, prefix = s3_client(self.airflow.endpoint_url), f"{self.dag_id}/{folder}/"
        listed = client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        names = [one["Key"].removeprefix(prefix) for one in listed]
        return {
            name: client.get_object(Bucket=BUCKET, Key=prefix + name)["Body"].read()
            for name in names
            if not name.startswith("_")
        }

    def counts(self) -> list[tuple[str, int]]:
        """The rows of the external table."""
        sql = f"SELECT class_name, class_count FROM {self.dag_id}.class_counts ORDER BY 1"
        return [(name, number) for name, number in snowflake(self.airflow, sql)]


def service_environment(airflow: WarmAirflow) -> dict[str, str]:
    """The variables of Airflow's scheduler, and so of its tasks."""
    (environment,) = [
        one.command.environment
        for one in airflow.platform.supervisor.children()
        if one.command.name == "scheduler" and one.process.poll() is None
    ]
    return dict(environment)


def snowflake(airflow: WarmAirflow, *statements: str) -> list[list[Any]]:
    """Run statements by the unmodified SnowflakeHook; the rows of the last."""
    command = [sys.executable, "-c", _QUERY, *statements]
    environment = service_environment(airflow)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("ROWS ")]
    return list(json.loads(line.removeprefix("ROWS ")))


@contextmanager
def refused_login(airflow: WarmAirflow) -> Iterator[None]:
    """Snowflake knows another key of Airflow's user: somebody has rotated it."""
    user = airflow.platform.paths.snowflake / "users/DAGSPEC.json"
    known = user.read_text()
    other = rsa.generate_private_key(65537, 2048).public_key()
    public = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    try:
        user.write_text(json.dumps({"public_keys": {"RSA_PUBLIC_KEY": public.decode()}}))
        yield
    finally:
        user.write_text(known)
