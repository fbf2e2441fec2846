"""Tries of the taxi pipeline that are killed, and days that run once more: nothing is done twice."""

from __future__ import annotations

import psutil
import pytest

from tests.e2e.emr import Emr, until
from tests.e2e.nyc import PATIENCE_SECONDS, SAMPLES, Pipeline
from tests.e2e.test_nyc_taxi import expected
from tests.run.airflow_fixture import WarmAirflow

STEP, COPY = "aggregate_rides", "copy_to_redshift"
WAIT_FOR_STEP = f"emr_cluster.wait_for_{STEP}"


@pytest.fixture(scope="module")
def pipeline(airflow: WarmAirflow) -> Pipeline:
    """A copy that retries its tasks."""
    found = Pipeline(airflow, "nyc_retrying")
    found.put_raw(*SAMPLES)
    found.create_table()
    return found


@pytest.fixture(scope="module")
def killed_run(airflow: WarmAirflow, pipeline: Pipeline) -> str:
    """The id of a run that is green although four processes of it were killed."""
    lock = pipeline.lock_table()
    run_id = pipeline.start()
    job = until(pipeline.job_process, PATIENCE_SECONDS)
    job.suspend()  # it lasts until the triggerer is back
    until(lambda: pipeline.state(run_id, "glue_task") == "deferred", PATIENCE_SECONDS)
    kill_triggerer(airflow)
    job.resume()
    pipeline.kill(run_id, "glue_task")
    pipeline.kill(run_id, WAIT_FOR_STEP)
    until(lambda: pipeline.state(run_id, COPY) == "deferred", PATIENCE_SECONDS)
    lock.close()
    pipeline.kill(run_id, COPY)
    assert pipeline.ends(run_id) == "success"
    return run_id


def kill_triggerer(airflow: WarmAirflow) -> None:
    """Kill the process that waits for all deferred tasks, and start another triggerer, as an orchestrator does."""
    supervisor = airflow.platform.supervisor
    *_, triggerer = [child for child in supervisor.children() if child.command.name == "triggerer"]
    for waiting in psutil.Process(triggerer.process.pid).children():
        waiting.kill()
    triggerer.process.wait(30)
    supervisor.start([triggerer.command])


def test_each_killed_try_is_followed_by_one_more(pipeline: Pipeline, killed_run: str) -> None:
    tries = pipeline.tries(killed_run)
    assert [tries.pop(task) for task in ("glue_task", WAIT_FOR_STEP, COPY)] == [2, 2, 2]
    assert set(tries.values()) == {1}


def test_the_work_of_killed_tries_is_taken_up(pipeline: Pipeline, killed_run: str, emr: Emr) -> None:
    assert len(pipeline.job_runs()) == 1
    assert pipeline.copy_states(killed_run) == ["FINISHED"]
    (cluster,) = emr.clusters("nyc_retrying", killed_run)
    assert sorted(one["Name"] for one in emr.steps(cluster["Id"])) == [STEP, "copy_script"]
    assert cluster["Status"]["State"] == "TERMINATED"
    assert pipeline.rows() == expected(*SAMPLES)


def test_the_same_day_once_more_changes_nothing(pipeline: Pipeline, killed_run: str) -> None:
    before = pipeline.published()
    pipeline.run_again(killed_run)
    assert pipeline.ends(killed_run) == "success"
    assert [len(pipeline.job_runs()), *pipeline.copy_states(killed_run)] == [2, "FINISHED", "FINISHED"]
    assert pipeline.published() == before
