"""Fixtures of this folder."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator

import httpx
import pytest
from airflow_fixture import CHECKOUT, warm_airflow

from dagspec.run.outputs import s3_client
from dagspec.run.ports import LOOPBACK, free_port

__all__ = ["warm_airflow"]


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The address of a real S3 server process."""
    port = free_port()
    command = [str(CHECKOUT / ".venv-localcloud/bin/moto_server"), "-H", LOOPBACK, "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    endpoint = f"http://{LOOPBACK}:{port}"
    _wait_until_it_answers(endpoint)
    yield endpoint
    server.terminate()
    server.wait()


@pytest.fixture
def s3(s3_endpoint: str):
    """A client of an S3 with one empty bucket, ``lake``."""
    client = s3_client(s3_endpoint)
    httpx.post(f"{s3_endpoint}/moto-api/reset", trust_env=False)
    client.create_bucket(Bucket="lake")
    return client


def _wait_until_it_answers(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            httpx.get(url, trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(url)
