"""Runs `snowflake.*` tasks of specs against a real local Snowflake, as Airflow would."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from airflow.sdk.module_loading import import_string
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from dagspec.compiler import compile_spec
from dagspec.runtime.snowflake_api import SqlApi
from dagspec.source import read_text
from dagspec.specs import read_environments
from tests.loader.aws_tries import RETRIES, done, one_try

ACCOUNT = "local"


@dataclass
class Store:
    """What Airflow keeps for a task between its tries."""

    kept: dict[str, str] = field(default_factory=dict)

    def get(self, key: str) -> Any:
        return json.loads(self.kept[key]) if key in self.kept else None

    def set(self, key: str, value: Any) -> None:
        self.kept[key] = json.dumps(value)


@dataclass
class Snowflake:
    """A running local Snowflake, the buckets that it sees, and a repository to compile specs in."""

    port: int
    buckets: Path
    repository: Path = Path()

    def operator(self, task: str) -> Any:
        """The operator of a task whose options are given as YAML, its id `t`."""
        text = "\n    ".join(["tasks:\n  t:", *task.strip().splitlines()])
        environment = read_environments(self.repository)["local"]
        config = compile_spec(read_text(text, "dag_specs/p.yaml"), environment, self.repository).config["tasks"]["t"]
        arguments = {key: value for key, value in config.items() if key not in ("operator", "dependencies")}
        given = {"task_id": "t", "retries": RETRIES} | arguments | {"poll_interval": 0.05}
        return import_string(config["operator"])(**given)

    def run(self, task: str, run_id: str = "run") -> Any:
        operator = self.operator(task)
        return done(operator, snowflake_try(operator, Store(), run_id=run_id))

    def sql(self, statements: str) -> list[dict[str, Any]]:
        """The rows of the last of several statements, without an operator."""
        api = SqlApi("snowflake_default")
        return [api.query(one) for one in statements.split(";") if one.strip()][-1]

    def parquet(self, key: str, **columns: list[Any]) -> None:
        path = self.buckets / "lake" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(columns), path)


def snowflake_try(operator: Any, store: Store, number: int = 1, **more: Any) -> dict[str, Any]:
    """The context of a try."""
    return one_try(operator, number, **more) | {"task_state_store": store}


@contextmanager
def local_snowflake(checkout: Path, folder: Path) -> Iterator[Snowflake]:
    """A local Snowflake that lives as long as the block, and Airflow's connection to it by a key pair."""
    (folder / "s3/lake").mkdir(parents=True)
    command = [checkout / ".venv-snowflake/bin/python", "-m", "localcloud.snowflake", "serve", "--port", "0"]
    options = ["--root", folder / "root", "--s3-root", folder / "s3", "--account", ACCOUNT]
    process = subprocess.Popen([*command, *options], cwd=checkout, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        port = int(process.stdout.readline().strip().rpartition(":")[2])
        with pytest.MonkeyPatch.context() as patch:
            _connect(patch, port, folder / "root/tls/ca-bundle.pem")
            yield Snowflake(port, folder / "s3")
    finally:
        process.terminate()
        process.wait(20)


def _connect(patch: pytest.MonkeyPatch, port: int, bundle: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    extra = {
        "account": ACCOUNT,
        "host": "localhost",
        "port": port,
        "database": "TESTS",
        "private_key_content": key.private_bytes(*form).decode(),
    }
    connection = {"conn_type": "snowflake", "login": "loader", "schema": "PUBLIC", "extra": extra}
    patch.setenv("AIRFLOW_CONN_SNOWFLAKE_DEFAULT", json.dumps(connection))
    patch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
