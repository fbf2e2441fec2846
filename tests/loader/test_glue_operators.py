"""The operators of Glue against the local cloud: what a retry, a clear, a kill and a failure do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor
from airflow.sdk.exceptions import AirflowException

from dagspec.runtime.glue import CrawlerOperator, JobOperator
from tests.loader.aws_tries import (
    RETRIES,
    Aws,
    deferral,
    done,
    event_of,
    killed,
    local_cloud,
    one_try,
    resumed,
    transported,
)

SCRIPT = """
import sys, time
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
print("version", "{version}", flush=True)
time.sleep(float(given["--seconds"]))
if "--fail" in given: raise ValueError(given["--fail"])
"""


@pytest.fixture(scope="module")
def aws(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with local_cloud(root, tmp_path_factory.mktemp("cloud")) as endpoint, pytest.MonkeyPatch.context() as patch:
        aws = Aws(endpoint)
        aws.connect(patch)
        aws.client("s3").create_bucket(Bucket="lake")
        yield aws


def job(aws: Aws, name: str, version: str = "one", **arguments: str) -> JobOperator:
    script = aws.put(f"code/{version}/job.py", SCRIPT.format(version=version))
    return JobOperator(
        task_id=name,
        job_name=name,
        script_location=script,
        iam_role_arn="role",
        script_args={"--seconds": "0"} | {f"--{key}": value for key, value in arguments.items()},
        create_job_kwargs={"Command": {"Name": "pythonshell", "ScriptLocation": script, "PythonVersion": "3.9"}},
        run_job_kwargs={"MaxCapacity": 0.0625, "Timeout": 5},
        num_of_dpus=0.0625,
        deferrable=True,
        waiter_delay=1,
        waiter_max_attempts=60,
        retries=RETRIES,
    )


def runs(aws: Aws, name: str) -> list[dict[str, Any]]:
    return list(aws.client("glue").get_job_runs(JobName=name)["JobRuns"])


def test_a_retry_adopts_a_run_that_runs_or_has_succeeded_and_a_clear_does_not(aws: Aws) -> None:
    operator = job(aws, "adopting", seconds="0.5")
    first = deferral(operator, one_try(operator))
    second = deferral(operator, one_try(operator, 2))
    run_id = resumed(operator, one_try(operator, 2), second)
    assert run_id == first.trigger.run_id
    assert done(operator, one_try(operator, 3)) == run_id
    assert len(runs(aws, "adopting")) == 1
    assert done(operator, one_try(operator, 2, cleared=1)) != run_id
    assert done(operator, one_try(operator, 2, run_id="next")) != run_id
    assert len(runs(aws, "adopting")) == 3


def test_a_failed_run_tells_its_reason_and_its_log_and_a_retry_starts_another(
    aws: Aws, caplog: pytest.LogCaptureFixture
) -> None:
    operator = job(aws, "failing", fail="no such column: fare")
    with pytest.raises(AirflowException, match=r"failing is FAILED: .*no such column: fare"):
        done(operator, one_try(operator))
    with pytest.raises(AirflowException):
        done(operator, one_try(operator, 2))
    assert len(runs(aws, "failing")) == 2


def test_who_ends_the_task_ends_the_run(aws: Aws) -> None:
    operator = job(aws, "killed", seconds="60")
    waiting = deferral(operator, one_try(operator))
    killed(waiting)
    assert event_of(waiting.trigger)["status"] == "error"
    assert [run["JobRunState"] for run in runs(aws, "killed")] == ["STOPPED"]


def test_a_worker_that_is_killed_before_it_waits_ends_the_run(aws: Aws) -> None:
    operator = job(aws, "early", seconds="60")
    waiting = deferral(operator, one_try(operator))
    operator.on_kill()
    event_of(waiting.trigger)
    assert [run["JobRunState"] for run in runs(aws, "early")] == ["STOPPED"]


def test_two_versions_at_a_time_keep_their_scripts(aws: Aws) -> None:
    old, new = job(aws, "versions", "one"), job(aws, "versions", "two")
    first = deferral(old, one_try(old, run_id="old"))
    second = deferral(new, one_try(new, run_id="new"))
    definition = aws.client("glue").get_job(JobName="versions")["Job"]
    assert definition["Command"]["ScriptLocation"] == new.script_location
    given = {run["Id"]: run["Arguments"]["--scriptLocation"] for run in runs(aws, "versions")}
    assert given == {first.trigger.run_id: old.script_location, second.trigger.run_id: new.script_location}


def test_a_job_is_changed_only_when_the_spec_is(aws: Aws) -> None:
    def changed() -> Any:
        return aws.client("glue").get_job(JobName="changing")["Job"]["LastModifiedOn"]

    first, again, other = (job(aws, "changing", version) for version in ("one", "one", "two"))
    done(first, one_try(first))
    at = changed()
    done(again, one_try(again, run_id="again"))
    assert changed() == at
    done(other, one_try(other, run_id="other"))
    assert changed() > at


def crawler(name: str, target: str) -> CrawlerOperator:
    config = {"Role": "role", "DatabaseName": "lake", "Targets": {"S3Targets": [{"Path": target}]}, "TablePrefix": ""}
    return CrawlerOperator(
        task_id=name, crawler_name=name, config=config, deferrable=True, poll_interval=1, max_attempts=60
    )


def test_a_crawl_makes_a_table_and_a_second_one_sees_what_came_since(aws: Aws) -> None:
    target = aws.put("crawled/rides/a.csv", "id,fare\n1,2.5\n").removesuffix("a.csv")
    operator = crawler("rides", target)
    waiting = deferral(operator, one_try(operator))
    other = crawler("rides", target)
    second = deferral(other, one_try(other))  # while the first may still crawl
    assert resumed(operator, one_try(operator), waiting) == "rides"
    if second.method_name == "start":
        event_of(second.trigger)
        second = deferral(other, one_try(other))
    assert resumed(other, one_try(other), second) == "rides"
    columns = aws.client("glue").get_table(DatabaseName="lake", Name="rides")["Table"]["StorageDescriptor"]["Columns"]
    assert [column["Name"] for column in columns] == ["id", "fare"]


def test_a_wait_takes_an_object_and_no_folder_marker(aws: Aws) -> None:
    sensor = S3KeySensor(
        task_id="wait",
        bucket_key="s3://lake/waited/*[!/]",
        wildcard_match=True,
        deferrable=True,
        timeout=60,
        poke_interval=0.1,
    )
    aws.put("waited/")
    aws.put("waited/2024/")
    waiting = deferral(sensor, one_try(sensor))

    async def watch() -> Any:
        events = transported(waiting.trigger).run()
        soon = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.5)
        assert not soon.done(), "a folder marker is no data"
        aws.put("waited/2024/01/rides.csv", "1")
        return (await asyncio.wait_for(soon, 10)).payload

    assert asyncio.run(watch()) == {"status": "success"}
    assert sensor.poke({}) is True
