"""A warm Airflow whose pipelines start when objects land, and the two ends of that: a queue and the runs."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3

from dagspec.cli.run import prepare
from dagspec.run.console import Phases, make_console
from dagspec.run.landing import connect_queue
from dagspec.run.options import RunOptions
from dagspec.run.outputs import s3_client
from dagspec.run.session import open_platform
from dagspec.specs import read_environment
from dagspec.trigger import watched_event
from dagspec.upload import compile_all
from tests.e2e.emr import until
from tests.run.airflow_fixture import CHECKOUT, WarmAirflow, copy_project

BUCKET = "landing"
PROJECT = Path(__file__).parent / "landing_project"
VISIBILITY_SECONDS = 3  # how soon a message comes again that nobody has deleted
# a triggerer that is gone is replaced after this time; Airflow's default is 30 s
QUICK_TAKEOVER = {"AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "4"}


@dataclass(frozen=True)
class Landing:
    """What the tests do to it."""

    airflow: WarmAirflow
    sqs: Any

    @property
    def s3(self) -> Any:
        return s3_client(self.airflow.endpoint_url)

    def put(self, key: str) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())

    def reports(self) -> list[str]:
        """The object of each run that has come to its end."""
        listed = self.s3.list_objects_v2(Bucket=BUCKET, Prefix="out/").get("Contents", [])
        return sorted(self.s3.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read().decode() for one in listed)

    def wait_for(self, *keys: str, limit_seconds: float = 60) -> None:
        """Until each of these objects has had its run."""
        until(lambda: set(keys) <= set(self.reports()), limit_seconds, pause=0.2)

    def runs(self, dag_id: str = "landing") -> list[str]:
        return self.airflow.client.run_ids(dag_id)

    def state_of(self, task_id: str, run_id: str) -> str | None:
        """How a task of a run has ended."""
        self.airflow.wait("landing", run_id)
        states = self.airflow.client.task_states("landing", run_id)
        return next(one.state for one in states if one.task_id == task_id)

    def queue(self, name: str = "landing-events") -> str:
        return str(self.sqs.get_queue_url(QueueName=name)["QueueUrl"])

    def messages(self, *, in_flight: bool) -> int:
        """How many messages wait, or are with a reader that has not deleted them yet."""
        name = "ApproximateNumberOfMessages" + ("NotVisible" if in_flight else "")
        found = self.sqs.get_queue_attributes(QueueUrl=self.queue(), AttributeNames=[name])
        return int(found["Attributes"][name])

    def wait_until_empty(self) -> None:
        until(lambda: not self.messages(in_flight=True) and not self.messages(in_flight=False), pause=0.1)

    def kill(self, *services: str) -> None:
        """End services without a chance to say good-bye."""
        for name in services:
            (child,) = [one for one in self._children(name) if one.process.poll() is None]
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()

    def restart(self, *services: str) -> None:
        commands = [self._children(name)[0].command for name in services]
        environment = {**commands[0].environment, **QUICK_TAKEOVER}
        self.airflow.platform.supervisor.start([replace(one, environment=environment) for one in commands])

    def _children(self, name: str) -> list[Any]:
        return [one for one in self.airflow.platform.supervisor.children() if one.command.name == name]


def _connect(root: Path, endpoint: str, sqs: Any) -> None:
    for spec in compile_all(root, read_environment(root, "local")):
        prepare(spec, endpoint)
        event = watched_event(spec.config)
        assert event is not None
        connect_queue(endpoint, event)
        url = sqs.get_queue_url(QueueName=event.queue)["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS)})


@contextmanager
def open_landing(root: Path) -> Iterator[Landing]:
    """Start it in this empty folder."""
    copy_project(CHECKOUT, root)
    shutil.rmtree(root / "dag_specs")
    shutil.copytree(PROJECT / "dag_specs", root / "dag_specs")
    clients: list[Any] = []

    def before(endpoint: str) -> None:
        keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
        clients.append(boto3.client("sqs", endpoint_url=endpoint, region_name="us-east-1", **keys))
        _connect(root, endpoint, clients[0])

    options = RunOptions(root=root, dag_id="landing", before=before, event=lambda _: None)
    with open_platform(options, Phases(make_console())) as platform:
        for dag_id in ("landing", "one_at_a_time"):
            platform.client.unpause(dag_id)
        platform.client.reparse("landing")
        yield Landing(WarmAirflow(platform), clients[0])
