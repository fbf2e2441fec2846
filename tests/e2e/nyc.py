"""One copy of the taxi pipeline on a warm Airflow: its runs, its files, its Glue job and its table."""

from __future__ import annotations

import functools
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import psutil
import redshift_connector

from dagspec.run.tables import running_port
from dagspec.sql_split import split_statements
from tests.e2e.emr import until
from tests.run.airflow_fixture import CHECKOUT, WarmAirflow

SAMPLES = sorted((CHECKOUT / "samples/nyc_taxi").glob("*.csv"))
DATASETS = ("transformed/green", "rejected/green", "aggregate/agg-green-rides")
KEYS = {"region_name": "us-east-1", "aws_access_key_id": "local", "aws_secret_access_key": "local"}
PATIENCE_SECONDS = 180  # several runs share the machine

Rows = list[list[object]]


@dataclass(frozen=True)
class Published:
    """What a pipeline has made: the data file of each dataset, and the table's rows with amounts as text."""

    files: dict[str, bytes]
    rows: Rows


@dataclass(frozen=True)
class Pipeline:
    """A DAG; `dag_id` also names its folder in the lake and its schema."""

    airflow: WarmAirflow
    dag_id: str

    def start(self) -> str:
        return self.airflow.start(self.dag_id)

    def ends(self, run_id: str) -> str:
        """The state in which a run ends."""
        return self.airflow.wait(self.dag_id, run_id, PATIENCE_SECONDS)

    def run_again(self, run_id: str) -> None:
        """Clear all tasks of a run that has ended: the same day once more."""
        body = {"dry_run": False, "dag_run_id": run_id, "only_failed": False}
        self.airflow.client._send("POST", f"/api/v2/dags/{self.dag_id}/clearTaskInstances", body)
        until(lambda: self.airflow.client.run_state(self.dag_id, run_id) in ("queued", "running"))

    def tries(self, run_id: str) -> dict[str, int]:
        """How often each task was tried."""
        return {one.task_id: one.try_number for one in self.airflow.client.task_states(self.dag_id, run_id)}

    def state(self, run_id: str, task_id: str) -> str | None:
        state: str | None = self._task(run_id, task_id)["state"]
        return state

    def kill(self, run_id: str, task_id: str) -> None:
        """Kill the process that runs the task, as soon as there is one."""
        until(lambda: self._process(run_id, task_id), PATIENCE_SECONDS, pause=0.005).kill()

    def _process(self, run_id: str, task_id: str) -> psutil.Process | None:
        # Airflow writes the id of the task instance into the title of its process
        instance = self._task(run_id, task_id)["id"]
        return next((one for one in self.airflow.task_processes() if instance in _title(one)), None)

    def _task(self, run_id: str, task_id: str) -> dict[str, Any]:
        return self.airflow.client._get(f"/api/v2/dags/{self.dag_id}/dagRuns/{run_id}/taskInstances/{task_id}")

    @property
    def lake(self) -> Path:
        return self.airflow.platform.paths.cloud_data / "s3/local-lake" / self.dag_id

    def put_raw(self, *samples: Path) -> None:
        """Have exactly these files as raw files."""
        for old in (self.lake / "raw/green").glob("*"):
            old.unlink()
        for sample in samples:
            self.put_raw_file(sample.name, sample.read_bytes())

    def put_raw_file(self, name: str, body: bytes) -> None:
        raw = self.lake / "raw/green"
        raw.mkdir(parents=True, exist_ok=True)
        (raw / name).write_bytes(body)

    def part(self, dataset: str) -> Path:
        """The one data file of a dataset."""
        (part,) = (self.lake / dataset).glob("part-*")
        return part

    def published(self) -> Published:
        return Published({name: self.part(name).read_bytes() for name in DATASETS}, self.rows())

    @property
    def _job(self) -> str:
        return f"{self.dag_id}_raw_to_transform"

    def job_runs(self) -> list[str]:
        """The ids of the Glue job's runs; none before there is a job."""
        glue = _client("glue", self.airflow.endpoint_url)
        try:
            return [run["Id"] for run in glue.get_job_runs(JobName=self._job)["JobRuns"]]
        except glue.exceptions.EntityNotFoundException:
            return []

    def job_process(self) -> psutil.Process | None:
        """The process of the Glue job while it runs."""
        found = [run["pid"] for run in self._cloud_status()["job_runs"] if run["job"] == self._job]
        return psutil.Process(found[0]) if found else None

    def copy_states(self, run_id: str) -> list[str]:
        """The states of the load's statements of a run."""
        client = _client("redshift-data", self.airflow.endpoint_url)
        name = f"dagspec:{self.dag_id}:{run_id}:copy_to_redshift:"
        return [one["Status"] for one in client.list_statements(StatementName=name, Status="ALL")["Statements"]]

    @property
    def table(self) -> str:
        return f"{self.dag_id}.agg_green_rides"

    def rows(self) -> Rows:
        with closing(self._connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(f"SELECT * FROM {self.table} ORDER BY 1, 2, 3")
            return [[*keys, str(total)] for *keys, total in cursor.fetchall()]

    def create_table(self) -> None:
        """Do what the pipeline's own SQL does."""
        text = (self.airflow.root / f"sql/{self.dag_id}/create_tables.sql").read_text()
        with closing(self._connect()) as connection:
            for statement in split_statements(text, "redshift"):
                connection.cursor().execute(statement)
            connection.commit()

    def lock_table(self) -> redshift_connector.Connection:
        """A session with a lock that every load waits for; close it to let them go on."""
        connection = self._connect()
        connection.cursor().execute(f"LOCK {self.table}")
        return connection

    def _connect(self) -> redshift_connector.Connection:
        port = running_port(self.airflow.endpoint_url, "Redshift")
        login = {"user": "awsuser", "password": "local", "database": "dev", "ssl": False}
        return redshift_connector.connect(host="127.0.0.1", port=port, **login)

    def _cloud_status(self) -> dict[str, Any]:
        return httpx.get(f"{self.airflow.endpoint_url}/_localcloud/status", trust_env=False).json()


@functools.cache
def _client(service: str, endpoint: str) -> Any:
    return boto3.client(service, endpoint_url=endpoint, **KEYS)


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
