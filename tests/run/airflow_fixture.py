"""A warm Airflow and local cloud for tests: started once, in a copy of a project.

Import ``warm_airflow`` into a conftest, or call ``open_warm_airflow`` for another project or DAG.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from dagspec.run.client import AirflowClient
from dagspec.run.console import Phases, make_console
from dagspec.run.options import RunOptions
from dagspec.run.outputs import s3_client
from dagspec.run.session import FINISHED, Platform, open_platform

CHECKOUT = Path(__file__).resolve().parents[2]
TEST_PROJECT = Path(__file__).parent / "project"
PROJECT_PARTS = ("dags", "dag_specs", "localcloud", "spark_jobs", "sql", "schemas")
POLL_SECONDS = 0.3


@dataclass(frozen=True)
class WarmAirflow:
    """What tests need of a running platform."""

    platform: Platform

    @property
    def client(self) -> AirflowClient:
        return self.platform.client

    @property
    def endpoint_url(self) -> str:
        return self.platform.cloud_url

    @property
    def root(self) -> Path:
        return self.platform.paths.root

    def service_pids(self) -> dict[str, int]:
        """The process ids of the services by name: local-cloud, api-server, scheduler, …"""
        return {child.command.name: child.process.pid for child in self.platform.supervisor.children()}

    def task_processes(self) -> list[psutil.Process]:
        """The processes that run a task now: children of the scheduler's workers."""
        workers = psutil.Process(self.service_pids()["scheduler"]).children()
        return [process for worker in workers for process in worker.children()]

    def start(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Start a run and return its id."""
        self.client.unpause(dag_id)
        return self.client.trigger(dag_id, conf or {})

    def wait(self, dag_id: str, run_id: str, limit_seconds: float = 120) -> str:
        """Return the state in which the run ends."""
        deadline = time.monotonic() + limit_seconds
        while time.monotonic() < deadline:
            state = self.client.run_state(dag_id, run_id)
            if state in FINISHED:
                return state
            time.sleep(POLL_SECONDS)
        raise TimeoutError(f"{dag_id} {run_id}: {self.client.task_states(dag_id, run_id)}")

    def run(self, dag_id: str, conf: Mapping[str, Any] | None = None, limit_seconds: float = 120) -> str:
        """Run a DAG and return the state in which it ends."""
        return self.wait(dag_id, self.start(dag_id, conf), limit_seconds)


def copy_project(source: Path, target: Path) -> Path:
    """Copy what a run needs, so that the user's own state is never touched; return the copy."""
    for part in PROJECT_PARTS:
        if (source / part).exists():
            shutil.copytree(source / part, target / part, ignore=shutil.ignore_patterns("__pycache__"))
    for environment in (".venv-localcloud", ".venv-snowflake"):
        (target / environment).symlink_to(CHECKOUT / environment)
    return target


@contextmanager
def open_warm_airflow(
    root: Path, dag_id: str, before: Callable[[str], None] | None = None, environment: str = "local"
) -> Iterator[WarmAirflow]:
    """Start the platform in this folder, with the DAG loaded, and end it with the block."""
    options = RunOptions(root=root, dag_id=dag_id, before=before, environment=environment)
    with open_platform(options, Phases(make_console())) as platform:
        yield WarmAirflow(platform)


def make_bucket(endpoint_url: str) -> None:
    s3_client(endpoint_url).create_bucket(Bucket="lake")


@pytest.fixture(scope="session")
def warm_airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmAirflow]:
    """The test project's DAGs on a running Airflow."""
    root = copy_project(TEST_PROJECT, tmp_path_factory.mktemp("warm"))
    with open_warm_airflow(root, "good", make_bucket) as airflow:
        yield airflow
