"""Runs operators of specs against a real local cloud as Airflow would: one try, its deferral, its resumption."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import TaskDeferred
from airflow.sdk.module_loading import import_string

RETRIES = 2


@contextmanager
def local_cloud(checkout: Path, folder: Path) -> Iterator[str]:
    """The address of a local cloud that lives as long as the block."""
    command = [checkout / ".venv-localcloud/bin/python", "-m", "localcloud", "serve", "--root", folder]
    command += ["--port", "0", "--redshift-port", "0", "--snowflake-port", "0", "--spark", "cold"]
    process = subprocess.Popen(command, cwd=checkout, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process.stdout.readline().split()[1]
    finally:
        process.terminate()
        process.wait(20)


@dataclass
class Aws:
    """Clients, and Airflow's connection to the same place."""

    endpoint: str
    keys: dict[str, str] = field(
        default_factory=lambda: {
            "region_name": "us-east-1",
            "aws_access_key_id": "local",
            "aws_secret_access_key": "local",
        }
    )

    def client(self, service: str) -> Any:
        return boto3.client(service, endpoint_url=self.endpoint, **self.keys)

    def connect(self, patch: pytest.MonkeyPatch) -> None:
        extra = {"endpoint_url": self.endpoint, "region_name": "us-east-1"}
        connection = {"conn_type": "aws", "login": "local", "password": "local", "extra": extra}
        patch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(connection))

    def put(self, key: str, content: str | bytes = b"") -> str:
        body = content.encode() if isinstance(content, str) else content
        self.client("s3").put_object(Bucket="lake", Key=key, Body=body)
        return f"s3://lake/{key}"


def one_try(operator: BaseOperator, number: int = 1, cleared: int = 0, run_id: str = "run") -> dict[str, Any]:
    """The context of a try. cleared: how many tries there were when the task was cleared."""
    ti = SimpleNamespace(
        dag_id="pipeline",
        task_id=operator.task_id,
        run_id=run_id,
        map_index=-1,
        try_number=number,
        max_tries=cleared + RETRIES,
        xcom_push=lambda **_: None,
    )
    return {"ti": ti, "task": operator}


def deferral(operator: Any, context: dict[str, Any]) -> TaskDeferred:
    """Run the operator until it waits in the triggerer."""
    with pytest.raises(TaskDeferred) as caught:
        operator.execute(context)
    return caught.value


def transported(trigger: Any) -> Any:
    """The trigger as the triggerer makes it from Airflow's database."""
    path, arguments = trigger.serialize()
    return import_string(path)(**json.loads(json.dumps(arguments)))


def event_of(trigger: Any) -> dict[str, Any]:
    """What the trigger tells when it is done."""

    async def first() -> dict[str, Any]:
        async for event in transported(trigger).run():
            return dict(event.payload)
        raise AssertionError("no event")

    return asyncio.run(first())


def resumed(operator: Any, context: dict[str, Any], waiting: TaskDeferred) -> Any:
    """Wait for the trigger and go on."""
    return getattr(operator, waiting.method_name)(context, event_of(waiting.trigger))


def done(operator: Any, context: dict[str, Any]) -> Any:
    """A whole try: what it returns."""
    try:
        return operator.execute(context)
    except TaskDeferred as waiting:
        return resumed(operator, context, waiting)


def killed(waiting: TaskDeferred) -> None:
    """A user ends the task while it waits."""
    asyncio.run(transported(waiting.trigger).on_kill())
