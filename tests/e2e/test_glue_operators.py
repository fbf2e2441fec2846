"""Unmodified provider operators against the local Glue: no scheduler, only what they call."""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient

KEYS = {"region_name": "us-east-1", "aws_access_key_id": "local", "aws_secret_access_key": "local"}
SPARK_JOB = """
import sys
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "source", "target"])
context = GlueContext(SparkContext())
job = Job(context)
job.init(args["JOB_NAME"], args)
frame = context.create_dynamic_frame.from_options("s3", {"paths": [args["source"]]}, "csv", {"withHeader": True})
print("rows:", frame.count())
frame = frame.apply_mapping([("id", "string", "id", "long")])
context.write_dynamic_frame.from_options(frame, "s3", {"path": args["target"]}, "parquet")
job.commit()
"""


@pytest.fixture(scope="module")
def cloud(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a local cloud."""
    command = [root / ".venv-localcloud/bin/python", "-m", "localcloud", "serve"]
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
    extra = {"endpoint_url": cloud, "region_name": "us-east-1"}
    aws = {"conn_type": "aws", "login": "local", "password": "local", "extra": extra}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        patch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(aws))
        yield


@pytest.fixture(scope="module")
def glue(cloud: str) -> BaseClient:
    """Glue, with a bucket, two rows of input and a role."""
    s3 = boto3.client("s3", endpoint_url=cloud, **KEYS)
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="raw/a.csv", Body=b"id,fare\n1,2.5\n2,3\n")
    boto3.client("iam", endpoint_url=cloud, **KEYS).create_role(RoleName="glue", AssumeRolePolicyDocument="{}")
    return boto3.client("glue", endpoint_url=cloud, **KEYS)


class Store(dict[str, Any]):
    """Airflow's store of a task's state, for a task that is executed here."""

    set = dict.__setitem__


def context(store: Store | None = None, try_number: int = 1) -> Any:
    """What operators need of Airflow's context."""
    instance = SimpleNamespace(dag_id="d", task_id="t", run_id="r", map_index=-1, try_number=try_number, stats_tags={})
    instance.xcom_push = instance.xcom_pull = lambda **_: None
    return {"ti": instance, "task_state_store": Store() if store is None else store}


def job_operator(tmp_path: Path, name: str, text: str = SPARK_JOB, **options: Any) -> Any:
    from airflow.providers.amazon.aws.operators.glue import GlueJobOperator

    script = tmp_path / f"{name}.py"
    script.write_text(text)
    arguments = {"--source": "s3://lake/raw/", "--target": f"s3://lake/{name}/"}
    common = {"job_name": name, "script_location": str(script), "s3_bucket": "lake", "iam_role_name": "glue"}
    waits = {"job_poll_interval": 0.2, "waiter_delay": 1}
    return GlueJobOperator(task_id="t", script_args=arguments, **{**common, **waits, **options})


def run_deferred(operator: Any) -> Any:
    """Execute, wait in the trigger, and resume, as Airflow does."""
    from airflow.sdk.exceptions import TaskDeferred

    with pytest.raises(TaskDeferred) as deferred:
        operator.execute(context())

    async def first_event() -> Any:
        return await anext(deferred.value.trigger.run())

    event = asyncio.run(first_event())
    return getattr(operator, deferred.value.method_name)(context(), event=event.payload)


def state(glue: Any, job: str, run_id: str) -> str:
    return glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]["JobRunState"]


def test_a_job(glue: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run_id = job_operator(tmp_path, "sync", verbose=True).execute(context())
    assert state(glue, "sync", run_id) == "SUCCEEDED"
    assert "rows: 2" in capfd.readouterr().out


def test_a_deferred_job(glue: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run_id = run_deferred(job_operator(tmp_path, "deferred", deferrable=True, verbose=True))
    assert state(glue, "deferred", run_id) == "SUCCEEDED"
    assert "rows: 2" in capfd.readouterr().out


@pytest.mark.parametrize("deferrable", [False, True])
def test_a_failing_job(glue: Any, tmp_path: Path, deferrable: bool) -> None:
    name = f"failing-{deferrable}"
    text = "raise ValueError('no fares today')"
    operator = job_operator(tmp_path, name, text, deferrable=deferrable, create_job_kwargs={"GlueVersion": "5.0"})
    run = run_deferred if deferrable else lambda operator: operator.execute(context())
    with pytest.raises(Exception, match=r"FAILED|Error in glue job.*no fares today"):
        run(operator)
    (failed,) = glue.get_job_runs(JobName=name)["JobRuns"]
    assert (failed["ErrorMessage"], failed["GlueVersion"]) == ("ValueError: no fares today", "5.0")


def test_a_changed_script_and_configuration(glue: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    kwargs = {"Command": {"Name": "pythonshell", "ScriptLocation": "s3://lake/artifacts/glue-scripts/changed.py"}}
    for number in (1, 2):
        text = f"print('this is version {number}')"
        options = {**kwargs, "Timeout": number, "Tags": {"version": str(number)}}
        operator = job_operator(
            tmp_path,
            "changed",
            text,
            update_config=True,
            replace_script_file=True,
            verbose=True,
            create_job_kwargs=options,
            num_of_dpus=1,
        )
        operator.execute(context())
        assert f"this is version {number}" in capfd.readouterr().out
        assert glue.get_job(JobName="changed")["Job"]["Timeout"] == number
    arn = "arn:aws:glue:us-east-1:123456789012:job/changed"
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"version": "2"}


def test_a_killed_task_stops_its_run(glue: Any, tmp_path: Path) -> None:
    operator = job_operator(tmp_path, "killed", "import time; time.sleep(60)", stop_job_run_on_kill=True)
    ended: list[BaseException] = []

    def execute() -> None:
        try:
            operator.execute(context())
        except Exception as error:
            ended.append(error)

    task = threading.Thread(target=execute)
    task.start()
    deadline = time.monotonic() + 30
    while operator._job_run_id is None and time.monotonic() < deadline:
        time.sleep(0.05)
    operator.on_kill()
    task.join(30)
    assert state(glue, "killed", operator._job_run_id) == "STOPPED"
    assert "STOPPED" in str(ended[0])


def test_a_second_try_joins_the_run_of_the_first(glue: Any, tmp_path: Path) -> None:
    text = "import time; time.sleep(1)"
    first = job_operator(tmp_path, "joined", text, wait_for_completion=False)
    store = Store()
    run_id = first.execute(context(store))
    job_operator(tmp_path, "joined", text, replace_script_file=True).execute(context(store, try_number=2))
    assert [run["Id"] for run in glue.get_job_runs(JobName="joined")["JobRuns"]] == [run_id]
    assert state(glue, "joined", run_id) == "SUCCEEDED"


@pytest.mark.parametrize("deferrable", [False, True])
def test_the_sensor(glue: Any, tmp_path: Path, deferrable: bool) -> None:
    from airflow.providers.amazon.aws.sensors.glue import GlueJobSensor

    name = f"sensed-{deferrable}"
    run_id = job_operator(tmp_path, name, "print('x')", wait_for_completion=False).execute(context())
    sensor = GlueJobSensor(task_id="s", job_name=name, run_id=run_id, poke_interval=1, deferrable=deferrable)
    if deferrable:
        run_deferred(sensor)
    else:
        sensor.execute(context())
    assert state(glue, name, run_id) == "SUCCEEDED"


@pytest.mark.parametrize("deferrable", [False, True])
def test_a_crawler(glue: Any, deferrable: bool) -> None:
    from airflow.providers.amazon.aws.operators import glue_crawler

    name = f"crawler-{deferrable}"
    config = {
        "Name": name,
        "Role": "glue",
        "DatabaseName": name,
        "Targets": {"S3Targets": [{"Path": "s3://lake/raw/"}]},
    }
    glue_crawler.GlueCrawlerCreateOperator(task_id="c", config=config).execute(context())
    glue_crawler.GlueCrawlerUpdateOperator(task_id="u", config={**config, "TablePrefix": "t_"}).execute(context())
    operator = glue_crawler.GlueCrawlerRunOperator(
        task_id="r", crawler_name=name, poll_interval=1, deferrable=deferrable
    )
    found = run_deferred(operator) if deferrable else operator.execute(context())
    assert found == name
    columns = glue.get_table(DatabaseName=name, Name="t_raw")["Table"]["StorageDescriptor"]["Columns"]
    assert columns == [{"Name": "id", "Type": "bigint"}, {"Name": "fare", "Type": "double"}]
    glue_crawler.GlueCrawlerDeleteOperator(task_id="d", crawler_name=name).execute(context())
    assert glue.list_crawlers()["CrawlerNames"] == []


@pytest.mark.parametrize("deferrable", [False, True])
def test_a_failing_crawler(glue: Any, deferrable: bool) -> None:
    from airflow.providers.amazon.aws.operators.glue_crawler import GlueCrawlerRunOperator

    name = f"failing-crawler-{deferrable}"
    targets = {"S3Targets": [{"Path": "s3://no-such-bucket/"}]}
    glue.create_crawler(Name=name, Role="glue", DatabaseName="none", Targets=targets)
    operator = GlueCrawlerRunOperator(task_id="r", crawler_name=name, poll_interval=1, deferrable=deferrable)
    run = run_deferred if deferrable else lambda operator: operator.execute(context())
    with pytest.raises(Exception, match=r"no-such-bucket|terminal failure"):
        run(operator)
    glue.delete_crawler(Name=name)


def test_sensors_of_the_data_catalog(glue: Any, cloud: str) -> None:
    from airflow.providers.amazon.aws.hooks.glue_catalog import GlueCatalogHook

    s3 = boto3.client("s3", endpoint_url=cloud, **KEYS)
    s3.put_object(Bucket="lake", Key="days/day=1/a.csv", Body=b"id\n1\n")
    glue.create_crawler(
        Name="days", Role="glue", DatabaseName="days", Targets={"S3Targets": [{"Path": "s3://lake/days/"}]}
    )
    from airflow.providers.amazon.aws.operators.glue_crawler import GlueCrawlerRunOperator

    GlueCrawlerRunOperator(task_id="r", crawler_name="days", poll_interval=1).execute(context())
    hook = GlueCatalogHook()
    assert hook.check_for_partition("days", "days", "day='1'")
    assert not hook.check_for_partition("days", "days", "day='2'")
    assert hook.get_table_location("days", "days") == "s3://lake/days/"
