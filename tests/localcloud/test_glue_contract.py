"""What the local Glue takes from moto beyond its public interface, so that an upgrade fails here."""

from __future__ import annotations

import inspect

import pytest
from moto.glue import models, responses
from moto.logs import models as logs


def test_jobs_and_crawlers_are_made_from_replaceable_classes() -> None:
    assert models.glue_backends.backend is models.GlueBackend
    assert "FakeJob(" in inspect.getsource(models.GlueBackend.create_job)
    assert "FakeCrawler(" in inspect.getsource(models.GlueBackend.create_crawler)
    assert "FakeJobRun(" in inspect.getsource(models.FakeJob.start_job_run)
    assert "self.job_runs.append(" in inspect.getsource(models.FakeJob.start_job_run)


def test_runs_go_through_the_methods_that_are_overridden() -> None:
    assert "job.start_job_run(" in inspect.getsource(models.GlueBackend.start_job_run)
    assert "job.get_job_runs()" in inspect.getsource(models.GlueBackend.get_job_runs)
    assert "crawler.start_crawler()" in inspect.getsource(models.GlueBackend.start_crawler)
    assert "crawler.stop_crawler()" in inspect.getsource(models.GlueBackend.stop_crawler)
    assert "glue_backends[" in inspect.getsource(responses.GlueResponse.glue_backend.fget)


def test_states_without_transitions_stay() -> None:
    run = models.FakeJobRun("job")
    run._transitions = []
    run.status = "RUNNING"
    run.advance()
    assert run.status == "RUNNING"


def test_what_the_state_on_disk_is_made_of() -> None:
    table = models.FakeTable("db", "t", {"Parameters": {}}, catalog_id="1")
    table.create_partition({"Values": ["1"]})
    assert (table._current_version, list(table.versions)) == (1, ["1"])
    assert table.partitions["['1']"].partition_input == {"Values": ["1"]}


ADDED = (
    *("update_job", "batch_stop_job_run", "get_job_bookmark", "reset_job_bookmark"),
    *("update_crawler", "get_crawler_metrics"),
)


@pytest.mark.parametrize("call", ADDED)
def test_moto_still_lacks_what_is_added(call: str) -> None:
    assert not hasattr(responses.GlueResponse, call)


def test_logs_can_be_put_by_the_server_itself() -> None:
    backend = logs.LogsBackend
    for method in ("ensure_log_group", "ensure_log_stream", "put_log_events"):
        assert hasattr(backend, method)
