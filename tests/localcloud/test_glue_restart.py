"""What survives a restart, what ends with the server, and what ends by its time limit."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from cloud import BUCKET, serving
from glue_cloud import Glue, s3
from moto.glue.models import glue_backends
from moto.logs.models import logs_backends

from localcloud.glue.model import LocalJob, LocalJobRun
from localcloud.glue.runs import RunRunner
from localcloud.layout import Layout
from localcloud.processes import Supervisor
from localcloud.services import Services

SLEEP = "print('begun', flush=True)\nimport time; time.sleep(60)"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_restart(tmp_path: Path, how: signal.Signals) -> None:
    root = tmp_path / "cloud"
    with serving(root, "--spark", "cold") as cloud:
        cloud.s3.create_bucket(Bucket=BUCKET)
        glue = Glue(cloud)
        cloud.put("rides/day=1/a.csv", "v\n1\n")
        glue.crawl("rides", s3("rides/"), Tags={"team": "taxi"})
        done = glue.finish(glue.job("done", "print('kept')", Description="d", Timeout=7))
        lost = glue.start(glue.job("lost", SLEEP, MaxRetries=1))
        glue.pid(lost)
        cloud.process.send_signal(how)
        cloud.assert_nothing_left()
    with serving(root, "--spark", "cold") as cloud:
        glue = Glue(cloud)
        run = glue.run("lost", lost)
        assert run["JobRunState"] == "FAILED"
        assert run["ErrorMessage"] == "The local cloud stopped while the job was running"
        assert glue.run("done", done["Id"]) == done
        job = glue.client.get_job(JobName="done")["Job"]
        assert (job["Description"], job["Timeout"]) == ("d", 7)
        assert glue.log(glue.finish("done")) == ["kept"]
        assert glue.columns("rides") == {"v": "bigint"}
        partitions = glue.client.get_partitions(DatabaseName="crawled", TableName="rides")["Partitions"]
        assert [one["Values"] for one in partitions] == [["1"]]
        arn = "arn:aws:glue:us-east-1:123456789012:crawler/rides"
        assert glue.client.get_tags(ResourceArn=arn)["Tags"] == {"team": "taxi"}
        glue.crawl_again("rides")
        assert glue.client.get_crawler_metrics(CrawlerNameList=["rides"])["CrawlerMetricsList"][0]["TablesUpdated"] == 0


def test_a_time_limit(tmp_path: Path) -> None:
    """With a limit below the API's minimum of a minute, so that nobody has to wait for it."""
    layout = Layout(tmp_path, "http://127.0.0.1:1")
    layout.make_folders()
    (layout.s3 / BUCKET).mkdir()
    (layout.s3 / BUCKET / "job.py").write_text(SLEEP)
    supervisor = Supervisor(layout)
    try:
        run = _run_to_the_end(Services(layout, supervisor, SimpleNamespace(cancel=lambda _: None)))
    finally:
        supervisor.close()
    assert (run.status, run.error) == ("TIMEOUT", "The job run exceeded its timeout of 0.02 minutes")


def _run_to_the_end(services: Services) -> LocalJobRun:
    definition = dict.fromkeys(_JOB_ARGUMENTS)
    command = {"Name": "pythonshell", "ScriptLocation": s3("job.py")}
    backend = glue_backends["123456789012"]["us-east-1"]
    job = LocalJob(**{**definition, "name": "limited", "command": command, "max_retries": 1}, backend=backend)
    run = LocalJobRun("limited", timeout=0.02)
    ended = threading.Event()
    cloudwatch = logs_backends["123456789012"]["us-east-1"]
    RunRunner(job, run, services, cloudwatch, lambda changed: ended.set() if not changed.is_active else None).start()
    assert ended.wait(30)
    return run


_JOB_ARGUMENTS = (
    *("name", "role", "command", "description", "log_uri", "execution_property", "default_arguments"),
    *("non_overridable_arguments", "connections", "max_retries", "allocated_capacity", "timeout", "max_capacity"),
    *("security_configuration", "tags", "notification_property", "glue_version", "number_of_workers"),
    *("worker_type", "code_gen_configuration_nodes", "execution_class", "source_control_details"),
)
