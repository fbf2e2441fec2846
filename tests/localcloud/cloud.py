"""A local cloud as its users have it: a server process, boto3, and the files below its root."""

from __future__ import annotations

import contextlib
import gzip
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import boto3
import psutil

CHECKOUT = Path(__file__).parents[2]
BUCKET = "lake"
T = TypeVar("T")
_ENDED_STEP = ("COMPLETED", "FAILED", "CANCELLED")


def wait_for(what: str, probe: Callable[[], T | None], seconds: float = 60) -> T:
    """Ask until the answer is neither None nor False."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = probe()
        if answer is not None and answer is not False:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s")


def step(*arguments: str, jar: str = "command-runner.jar", on_failure: str = "CONTINUE") -> dict[str, Any]:
    return {
        "Name": arguments[0] if arguments else jar,
        "ActionOnFailure": on_failure,
        "HadoopJarStep": {"Jar": jar, "Args": list(arguments)},
    }


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has waited for yet does not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def _job_of(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error, OSError):
        return process.environ().get("LOCALCLOUD_JOB", "")
    return ""


@dataclass
class Cloud:
    process: subprocess.Popen[str]
    endpoint: str
    root: Path

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )

    @cached_property
    def s3(self) -> Any:
        return self.client("s3")

    @cached_property
    def emr(self) -> Any:
        return self.client("emr")

    def status(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.endpoint}/_localcloud/status", timeout=10) as answer:
            return json.load(answer)

    # S3

    def put(self, key: str, body: str | bytes, bucket: str = BUCKET) -> str:
        self.s3.put_object(Bucket=bucket, Key=key, Body=body)
        return f"s3://{bucket}/{key}"

    def get(self, key: str, bucket: str = BUCKET) -> bytes:
        return self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def keys(self, prefix: str = "", bucket: str = BUCKET) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def file(self, key: str, bucket: str = BUCKET) -> Path:
        return self.root / "s3" / bucket / key

    # EMR

    def cluster(self, *, keep: bool = True, log_uri: str = f"s3://{BUCKET}/logs", **options: Any) -> str:
        group = {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}
        instances = {"KeepJobFlowAliveWhenNoSteps": keep, "InstanceGroups": [group], **options.pop("Instances", {})}
        request = {"Name": "test", "ReleaseLabel": "emr-7.9.0", "LogUri": log_uri, "Instances": instances, **options}
        return self.emr.run_job_flow(**request)["JobFlowId"]

    def cluster_status(self, cluster: str) -> dict[str, Any]:
        return self.emr.describe_cluster(ClusterId=cluster)["Cluster"]["Status"]

    def wait_cluster(self, cluster: str, *states: str, seconds: float = 60) -> dict[str, Any]:
        def probe() -> dict[str, Any] | None:
            status = self.cluster_status(cluster)
            return status if status["State"] in states else None

        return wait_for(f"{cluster} to be {states}", probe, seconds)

    def add(self, cluster: str, *steps: dict[str, Any]) -> list[str]:
        return self.emr.add_job_flow_steps(JobFlowId=cluster, Steps=list(steps))["StepIds"]

    def step_status(self, cluster: str, step_id: str) -> dict[str, Any]:
        return self.emr.describe_step(ClusterId=cluster, StepId=step_id)["Step"]["Status"]

    def wait_step(self, cluster: str, step_id: str, *states: str, seconds: float = 90) -> dict[str, Any]:
        def probe() -> dict[str, Any] | None:
            status = self.step_status(cluster, step_id)
            return status if status["State"] in (states or _ENDED_STEP) else None

        return wait_for(f"{step_id} to be {states or 'ended'}", probe, seconds)

    def run(self, cluster: str, *arguments: str, **options: Any) -> tuple[str, dict[str, Any]]:
        """Run one step to its end: its id and status."""
        (step_id,) = self.add(cluster, step(*arguments, **options))
        return step_id, self.wait_step(cluster, step_id)

    def log(self, cluster: str, step_id: str, name: str = "stdout") -> str:
        return gzip.decompress(self.get(f"logs/{cluster}/steps/{step_id}/{name}.gz")).decode()

    def states(self, cluster: str) -> dict[str, str]:
        steps = self.emr.list_steps(ClusterId=cluster)["Steps"]
        return {item["Id"]: item["Status"]["State"] for item in steps}

    def pid_of(self, step_id: str) -> int:
        """The process of a running step."""
        return wait_for(
            f"{step_id} to have a process",
            lambda: next((item["pid"] for item in self.status()["steps"] if item["step"] == step_id), None),
        )

    def processes(self) -> list[psutil.Process]:
        """All processes that belong to this cloud, however far they have strayed."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.environ().get("LOCALCLOUD_ROOT") == str(self.root):
                    found.append(process)
        return found

    def pids_of_job(self, name: str) -> list[int]:
        """The processes of a step or bootstrap action, wherever they have strayed."""
        return [process.pid for process in self.processes() if _job_of(process).endswith(name)]

    def assert_nothing_left(self, seconds: float = 10) -> None:
        wait_for("all processes to end", lambda: not self.processes() and self.process.poll() is not None, seconds)


def command(root: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "localcloud", "serve", "--root", str(root), *options]


@contextlib.contextmanager
def serving(root: Path, *options: str, folder: Path = CHECKOUT) -> Iterator[Cloud]:
    """A local cloud on a free port; stopped at the end if the test has not stopped it."""
    root = root.resolve()
    errors = root.with_name(f"{root.name}.err").open("a+")
    process = subprocess.Popen(
        command(root, "--port", "0", "--redshift-port", "0", "--snowflake-port", "0", *options),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    try:
        line = process.stdout.readline()
        errors.seek(0)
        assert line.startswith("READY http://127.0.0.1:"), errors.read()
        cloud = Cloud(process, line.split()[1], root)
        yield cloud
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()
        errors.close()
