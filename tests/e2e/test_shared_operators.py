"""The operators of S3, Glue and Redshift in a real Airflow: retried, cleared, ended by a user, failing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import boto3
import psutil
import pytest

from tests.e2e.emr import until
from tests.e2e.test_faults import log_of, states
from tests.run.airflow_fixture import WarmAirflow

DAG = "shared_operators"
JOB = f"{DAG}.job"
KEYS = {"region_name": "us-east-1", "aws_access_key_id": "local", "aws_secret_access_key": "local"}


class Aws:
    """What the local cloud says."""

    def __init__(self, endpoint: str) -> None:
        self.s3, self.glue, self.redshift = (
            boto3.client(service, endpoint_url=endpoint, **KEYS) for service in ("s3", "glue", "redshift-data")
        )

    def put_rides(self, folder: str) -> None:
        body = f"folder,fare\n{folder},1.50\n{folder},2.50\n"
        self.s3.put_object(Bucket="local-lake", Key=f"shared_operators/{folder}/rides.csv", Body=body.encode())

    def statements(self, part: str) -> list[dict[str, Any]]:
        listed = self.redshift.list_statements(Status="ALL", MaxResults=100)["Statements"]
        return [one for one in listed if part in one.get("StatementName", "")]

    def number(self, sql: str) -> int:
        target = {"WorkgroupName": "dagspec-local", "Database": "dev"}
        sent = self.redshift.execute_statement(Sql=sql, **target)["Id"]
        until(lambda: self.redshift.describe_statement(Id=sent)["Status"] == "FINISHED")
        return int(self.redshift.get_statement_result(Id=sent)["Records"][0][0]["longValue"])

    def rides(self, folder: str) -> int:
        return self.number(f"SELECT COUNT(*) FROM shared.rides WHERE folder = '{folder}'")

    def job_runs(self) -> list[dict[str, Any]]:
        """The runs of the job, the newest first; none before there is a job."""
        try:
            return list(self.glue.get_job_runs(JobName=JOB)["JobRuns"])
        except self.glue.exceptions.EntityNotFoundException:
            return []


@pytest.fixture(scope="module")
def aws(airflow: WarmAirflow) -> Aws:
    return Aws(airflow.endpoint_url)


def state(airflow: WarmAirflow, run_id: str, task: str) -> str | None:
    return states(airflow, DAG, run_id).get(task)


def test_a_chain_is_green_and_a_cleared_append_appends_again(airflow: WarmAirflow, aws: Aws) -> None:
    run_id = airflow.start(DAG, {"folder": "chain"})
    until(lambda: state(airflow, run_id, "wait") == "deferred")
    aws.put_rides("chain")
    assert airflow.wait(DAG, run_id) == "success"
    assert aws.rides("chain") == 2
    assert aws.glue.get_tables(DatabaseName="shared_operators")["TableList"]
    body = {"dry_run": False, "dag_run_id": run_id, "task_ids": ["load"], "only_failed": False}
    airflow.client._send("POST", f"/api/v2/dags/{DAG}/clearTaskInstances", body)
    until(lambda: airflow.client.run_state(DAG, run_id) != "success")
    assert airflow.wait(DAG, run_id) == "success"
    assert aws.rides("chain") == 4, "who clears a task wants its work to be done again"


def test_a_job_that_fails_tells_why_in_the_task_log(airflow: WarmAirflow, aws: Aws) -> None:
    aws.put_rides("mistake")
    run_id = airflow.start(DAG, {"folder": "mistake", "mistake": "no such column: fare"})
    assert airflow.wait(DAG, run_id) == "failed"
    log = log_of(airflow, DAG, run_id, "job")
    assert f"of the Glue job {JOB} is FAILED" in log
    assert "ValueError: no such column: fare" in log
    assert "the job has begun" in log


def test_a_user_who_ends_a_waiting_task_ends_the_glue_run(airflow: WarmAirflow, aws: Aws) -> None:
    aws.put_rides("ended")
    run_id = airflow.start(DAG, {"folder": "ended", "seconds": 60})
    until(lambda: "Status of AWS Glue job" in log_of(airflow, DAG, run_id, "job"), pause=0.3)  # the triggerer has it
    assert aws.job_runs()[0]["JobRunState"] in ("STARTING", "RUNNING")
    place = f"/api/v2/dags/{DAG}/dagRuns/{run_id}/taskInstances/job"
    airflow.client._send("PATCH", place, {"new_state": "failed"})
    until(lambda: aws.job_runs()[0]["JobRunState"] == "STOPPED", limit_seconds=30)
    assert airflow.wait(DAG, run_id) == "failed"


def test_a_try_that_is_killed_behind_its_statement_does_not_append_twice(airflow: WarmAirflow, aws: Aws) -> None:
    tries = []
    for _ in range(12):  # the kill may come a moment too late: then the task waits already
        run_id = airflow.start("slow_append")
        until(airflow.task_processes, pause=0.01)
        processes = airflow.task_processes()  # to look for them behind the statement takes too long
        until(lambda run_id=run_id: aws.statements(run_id), pause=0.001)
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        assert airflow.wait("slow_append", run_id) == "success"
        assert len(aws.statements(run_id)) == 1
        assert aws.number(f"SELECT COUNT(*) FROM slow_append WHERE run_id = '{run_id}'") == 1
        tries.append(airflow.client.task_states("slow_append", run_id)[0].try_number)
        if max(tries) > 1:
            break
    assert max(tries) > 1, "no try was killed in time"
