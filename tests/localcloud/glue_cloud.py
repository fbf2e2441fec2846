"""Glue of a local cloud, with scripts that are texts."""

from __future__ import annotations

import textwrap
from functools import cached_property
from typing import Any

from cloud import BUCKET, Cloud, wait_for

ENDED = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT")
PREAMBLE = """
import json, sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job

sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session

def rows(frame):
    df = frame.toDF() if isinstance(frame, DynamicFrame) else frame
    return sorted((row.asDict(True) for row in df.collect()), key=str)

def show(value):
    print(json.dumps(value, default=str))
"""


class Glue:
    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    @cached_property
    def client(self) -> Any:
        return self.cloud.client("glue")

    @cached_property
    def logs(self) -> Any:
        return self.cloud.client("logs")

    def job(self, name: str, text: str, kind: str = "pythonshell", **options: Any) -> str:
        """A job whose script is this text."""
        uri = self.cloud.put(f"glue/{name}.py", textwrap.dedent(text))
        self.client.create_job(Name=name, Role="glue", Command={"Name": kind, "ScriptLocation": uri}, **options)
        return name

    def start(self, name: str, **arguments: str) -> str:
        given = {f"--{key}": value for key, value in arguments.items()}
        return self.client.start_job_run(JobName=name, Arguments=given)["JobRunId"]

    def run(self, name: str, run_id: str) -> dict[str, Any]:
        return self.client.get_job_run(JobName=name, RunId=run_id)["JobRun"]

    def wait(self, name: str, run_id: str, *states: str, seconds: float = 90) -> dict[str, Any]:
        def probe() -> dict[str, Any] | None:
            run = self.run(name, run_id)
            return run if run["JobRunState"] in (states or ENDED) else None

        return wait_for(f"{run_id} to be {states or 'ended'}", probe, seconds)

    def finish(self, name: str, **arguments: str) -> dict[str, Any]:
        """Run a job to its end."""
        return self.wait(name, self.start(name, **arguments))

    def log(self, run: dict[str, Any], kind: str = "output") -> list[str]:
        group = f"{run['LogGroupName']}/{kind}"
        events = self.logs.get_log_events(logGroupName=group, logStreamName=run["Id"], startFromHead=True)["events"]
        return [event["message"] for event in events]

    def spark(self, name: str, text: str, **arguments: str) -> list[str]:
        """Run a script of Spark that must succeed; the lines that it printed."""
        job = self.job(name, PREAMBLE + textwrap.dedent(text), "glueetl")
        run = self.finish(job, **arguments)
        assert run["JobRunState"] == "SUCCEEDED", [run["ErrorMessage"], *self.log(run, "error")]
        return self.log(run)

    def pid(self, run_id: str) -> int:
        def probe() -> int | None:
            return next((one["pid"] for one in self.cloud.status()["job_runs"] if one["run"] == run_id), None)

        return wait_for(f"{run_id} to have a process", probe)

    # Crawlers

    def crawl(self, name: str, *paths: str, database: str = "crawled", **options: Any) -> dict[str, Any]:
        """Make a crawler and let it crawl; the crawler when it is ready again."""
        targets = {"S3Targets": [{"Path": path} for path in paths]}
        self.client.create_crawler(Name=name, Role="glue", DatabaseName=database, Targets=targets, **options)
        return self.crawl_again(name)

    def crawl_again(self, name: str) -> dict[str, Any]:
        self.client.start_crawler(Name=name)

        def probe() -> dict[str, Any] | None:
            crawler = self.client.get_crawler(Name=name)["Crawler"]
            return crawler if crawler["State"] == "READY" else None

        return wait_for(f"{name} to be ready", probe)

    def table(self, name: str, database: str = "crawled") -> dict[str, Any]:
        return self.client.get_table(DatabaseName=database, Name=name)["Table"]

    def columns(self, name: str, database: str = "crawled") -> dict[str, str]:
        storage = self.table(name, database)["StorageDescriptor"]
        return {column["Name"]: column["Type"] for column in storage["Columns"]}

    def tables(self, database: str) -> list[str]:
        return sorted(one["Name"] for one in self.client.get_tables(DatabaseName=database)["TableList"])


def s3(key: str) -> str:
    return f"s3://{BUCKET}/{key}"
