"""The REST client against a real Airflow."""

from __future__ import annotations

import pytest
from airflow_fixture import WarmAirflow

from dagspec.run.client import HEALTHY_PARTS, AirflowClient
from dagspec.run.errors import RunError
from dagspec.run.ports import LOOPBACK, free_port
from dagspec.run.report import log_file


def test_health_and_dags(warm_airflow: WarmAirflow) -> None:
    client = warm_airflow.client
    assert client.unhealthy_parts() == []
    assert {dag.dag_id for dag in client.dags()} == {"good", "daily", "bad", "endless"}
    assert client.import_failures() == []
    assert {task.task_id for task in client.tasks("endless")} == {"sleep", "wait"}


def test_a_run_with_a_failing_task(warm_airflow: WarmAirflow) -> None:
    client = warm_airflow.client
    run_id = warm_airflow.start("bad")
    assert warm_airflow.wait("bad", run_id) == "failed"
    failed = next(s for s in client.task_states("bad", run_id) if s.state == "failed")
    assert failed.task_id == "spark.add_split"
    log = client.task_log("bad", run_id, failed)
    assert any(line.startswith("reading the flat table") for line in log)
    assert "ValueError: column artist_id is missing" in log
    assert log_file(warm_airflow.platform.paths, "bad", run_id, failed).exists()


def test_a_schedule_starts_no_run_of_its_own(warm_airflow: WarmAirflow) -> None:
    run_id = warm_airflow.start("daily")
    assert warm_airflow.client.unfinished_runs("daily") == [run_id]
    assert warm_airflow.wait("daily", run_id) == "success"


def test_refusals_are_told_in_airflows_words(warm_airflow: WarmAirflow) -> None:
    with pytest.raises(RunError, match=r"Airflow refused PATCH /api/v2/dags/nothing: 404 .*nothing"):
        warm_airflow.client.unpause("nothing")


def test_a_server_that_is_not_there() -> None:
    client = AirflowClient(f"http://{LOOPBACK}:{free_port()}")
    assert client.unhealthy_parts() == ["api_server", *HEALTHY_PARTS]
    with pytest.raises(RunError, match="does not answer"):
        client.unpause("good")


def test_the_fixture_names_the_services(warm_airflow: WarmAirflow) -> None:
    expected = {"local-cloud", "api-server", "scheduler", "triggerer", "dag-processor"}
    assert set(warm_airflow.service_pids()) == expected
