"""Unmodified provider operators against the local Redshift's AWS APIs: no scheduler, only what they call."""

from __future__ import annotations

import asyncio
import json
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dagspec.run.outputs import s3_client

TARGET = {"cluster_identifier": "dagspec-local", "database": "dev"}
QUICK = {"poll_interval": 0.2}


@pytest.fixture(scope="module")
def cloud(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a local cloud."""
    command = [root / ".venv-localcloud/bin/python", "-m", "localcloud", "serve", "--spark", "cold"]
    ports = ["--port", "0", "--redshift-port", "0", "--snowflake-port", "0"]
    options = ["--root", str(tmp_path_factory.mktemp("cloud")), *ports]
    process = subprocess.Popen([*command, *options], cwd=root, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process.stdout.readline().split()[1]
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module", autouse=True)
def connections(cloud: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The one connection that all operators use, and a home of its own for the Airflow of this process."""
    aws = {
        "conn_type": "aws",
        "login": "local",
        "password": "local",
        "extra": {"endpoint_url": cloud, "region_name": "us-east-1"},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        patch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(aws))
        yield


def data_operator(sql: str | list[str], **options: Any) -> Any:
    from airflow.providers.amazon.aws.operators.redshift_data import RedshiftDataOperator

    return RedshiftDataOperator(task_id="sql", sql=sql, **{**TARGET, **QUICK, **options})


def rows(sql: str) -> list[list[Any]]:
    """The values of a query, by the operator itself."""
    (result,) = data_operator(sql, return_sql_result=True).execute({})
    return [[next(iter(field.values())) for field in record] for record in result["Records"]]


def new_table() -> str:
    table = f"t_{uuid.uuid4().hex[:12]}"
    data_operator(f"CREATE TABLE {table} (id int, name varchar(40))").execute({})
    return table


def run_deferred(operator: Any) -> Any:
    """Execute, wait in the trigger, and resume, as Airflow does."""
    from airflow.sdk.exceptions import TaskDeferred

    with pytest.raises(TaskDeferred) as deferred:
        operator.execute({})

    async def first_event() -> Any:
        return await anext(deferred.value.trigger.run())

    event = asyncio.run(first_event())
    return getattr(operator, deferred.value.method_name)({}, event=event.payload)


def test_sql_by_the_data_api() -> None:
    table = new_table()
    insert = [f"INSERT INTO {table} VALUES (1, 'a')", f"INSERT INTO {table} VALUES (2, 'b')"]
    assert len(data_operator(insert).execute({})) == 2
    assert rows(f"SELECT id, name FROM {table} ORDER BY id") == [[1, "a"], [2, "b"]]
    found = data_operator(
        f"SELECT name FROM {table} WHERE id = :id", parameters=[{"name": "id", "value": "2"}], return_sql_result=True
    ).execute({})
    assert found[0]["Records"] == [[{"stringValue": "b"}]]
    workgroup = {"cluster_identifier": None, "workgroup_name": "dagspec-local"}
    assert data_operator(f"SELECT count(*) FROM {table}", return_sql_result=True, **workgroup).execute({})[0][
        "Records"
    ] == [[{"longValue": 2}]]


def test_a_failed_statement_says_why() -> None:
    with pytest.raises(ValueError, match=r"no_such_table.*does not exist"):
        data_operator("SELECT * FROM no_such_table").execute({})


def test_sql_that_defers() -> None:
    table = new_table()
    sql = [f"INSERT INTO {table} VALUES (1, 'a')", "SELECT pg_sleep(1)"]
    assert len(run_deferred(data_operator(sql, deferrable=True))) == 2
    assert rows(f"SELECT count(*) FROM {table}") == [[1]]


def test_a_deferred_failure_says_why() -> None:
    with pytest.raises(Exception, match="division by zero"):
        run_deferred(data_operator(["SELECT pg_sleep(1)", "SELECT 1/0"], deferrable=True))


def test_a_killed_task_cancels_its_statement() -> None:
    operator = data_operator("SELECT pg_sleep(60)", wait_for_completion=False)
    (statement,) = operator.execute({})
    operator.on_kill()
    assert operator.hook.conn.describe_statement(Id=statement)["Status"] == "ABORTED"


def test_the_life_of_a_cluster() -> None:
    from airflow.providers.amazon.aws.operators.redshift_cluster import (
        RedshiftCreateClusterOperator,
        RedshiftDeleteClusterOperator,
        RedshiftPauseClusterOperator,
        RedshiftResumeClusterOperator,
    )
    from airflow.providers.amazon.aws.sensors.redshift_cluster import RedshiftClusterSensor

    name = {"cluster_identifier": f"c-{uuid.uuid4().hex[:8]}"}
    login = {"master_username": "admin", "master_user_password": "Correct-Horse-1"}
    create = RedshiftCreateClusterOperator(
        task_id="create", **name, **login, node_type="ra3.large", cluster_type="single-node"
    )
    create.execute({})
    sensor = RedshiftClusterSensor(task_id="wait", **name, target_status="available", poke_interval=0.2, timeout=20)
    sensor.execute({})
    waiting = {"wait_for_completion": True, "poll_interval": 0.2}
    RedshiftPauseClusterOperator(task_id="pause", **name, **waiting).execute({})
    assert create.hook.cluster_status(name["cluster_identifier"]) == "paused"
    run_deferred(RedshiftResumeClusterOperator(task_id="resume", **name, deferrable=True, **waiting))
    assert create.hook.cluster_status(name["cluster_identifier"]) == "available"
    RedshiftDeleteClusterOperator(task_id="delete", **name, **QUICK).execute({})
    assert create.hook.cluster_status(name["cluster_identifier"]) == "cluster_not_found"


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("APPEND", [[1, "old"], [1, "new"], [2, "new"]]),
        ("REPLACE", [[1, "new"], [2, "new"]]),
        ("UPSERT", [[1, "new"], [2, "new"]]),
    ],
)
def test_s3_to_redshift_by_the_data_api(cloud: str, method: str, expected: list[list[Any]]) -> None:
    from airflow.providers.amazon.aws.transfers.s3_to_redshift import S3ToRedshiftOperator

    s3 = s3_client(cloud)
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="copy/part.csv", Body=b"1,new\n2,new\n")
    table = new_table()
    data_operator(f"INSERT INTO {table} VALUES (1, 'old')").execute({})
    S3ToRedshiftOperator(
        task_id="copy",
        schema="public",
        table=table,
        s3_bucket="lake",
        s3_key="copy/part.csv",
        redshift_conn_id="aws_default",  # with the Data API, the operator takes its AWS connection from here
        copy_options=["CSV"],
        method=method,
        upsert_keys=["id"],
        redshift_data_api_kwargs={**TARGET, **QUICK},
    ).execute({})
    assert rows(f"SELECT id, name FROM {table} ORDER BY id, name DESC") == expected


def test_s3_to_redshift_leaves_nothing_of_a_bad_file(cloud: str) -> None:
    from airflow.providers.amazon.aws.transfers.s3_to_redshift import S3ToRedshiftOperator

    s3 = s3_client(cloud)
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="bad/part.csv", Body=b"1,new\nnonsense,new\n")
    table = new_table()
    data_operator(f"INSERT INTO {table} VALUES (1, 'old')").execute({})
    copy = S3ToRedshiftOperator(
        task_id="copy",
        schema="public",
        table=table,
        s3_bucket="lake",
        s3_key="bad/",
        redshift_conn_id="aws_default",
        copy_options=["CSV"],
        method="REPLACE",
        redshift_data_api_kwargs={**TARGET, **QUICK},
    )
    with pytest.raises(ValueError, match="Load into table"):
        copy.execute({})
    assert rows(f"SELECT id, name FROM {table}") == [[1, "old"]]
