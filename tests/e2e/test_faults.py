"""Whatever dies: the run is red, no cluster is left alive, the next run is green and its outputs are whole."""

from __future__ import annotations

import os
import signal

import psutil

from tests.e2e.emr import Emr, until
from tests.e2e.test_itunes import tables
from tests.run.airflow_fixture import WarmAirflow

CREATE = "emr_cluster.create_emr_cluster"
TERMINATE = "emr_cluster.terminate_emr_cluster"


def states(airflow: WarmAirflow, dag_id: str, run_id: str) -> dict[str, str | None]:
    return {state.task_id: state.state for state in airflow.client.task_states(dag_id, run_id)}


def log_of(airflow: WarmAirflow, dag_id: str, run_id: str, task_id: str) -> str:
    (state,) = [one for one in airflow.client.task_states(dag_id, run_id) if one.task_id == task_id]
    return "\n".join(airflow.client.task_log(dag_id, run_id, state))


def assert_next_run_is_whole(airflow: WarmAirflow, emr: Emr) -> None:
    assert airflow.run("itunes_split") == "success"
    assert emr.alive("itunes_split") == []
    assert all(table.count(b"\n") > 3 for table in tables(airflow).values())


def kill_tasks(airflow: WarmAirflow) -> None:
    for process in airflow.task_processes():
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def killed_in_create(airflow: WarmAirflow, emr: Emr, dag_id: str) -> str:
    """A run whose create task was killed as soon as its cluster existed."""
    run_id = airflow.start(dag_id)
    until(emr.any_active, pause=0.001)
    kill_tasks(airflow)
    return run_id


def test_create_killed_behind_the_api_call_leaves_no_cluster(airflow: WarmAirflow, emr: Emr) -> None:
    for _ in range(4):  # the kill may come a moment too late: then create has succeeded
        run_id = killed_in_create(airflow, emr, "itunes_split")
        ended = airflow.wait("itunes_split", run_id)
        found = states(airflow, "itunes_split", run_id)
        assert found[TERMINATE] == "success"
        assert emr.alive("itunes_split") == []
        if found[CREATE] == "failed":
            break
    assert found[CREATE] == "failed"
    assert ended == "failed", found
    assert [one["Status"]["State"] for one in emr.clusters("itunes_split", run_id)] == ["TERMINATED"]
    assert_next_run_is_whole(airflow, emr)


def test_a_retried_create_adopts_the_cluster_of_the_killed_try(airflow: WarmAirflow, emr: Emr) -> None:
    for _ in range(4):
        run_id = killed_in_create(airflow, emr, "retrying")
        assert airflow.wait("retrying", run_id) == "success"
        assert len(emr.clusters("retrying", run_id)) == 1
        (create,) = [one for one in airflow.client.task_states("retrying", run_id) if one.task_id == CREATE]
        if create.try_number == 2:
            break
    assert create.try_number == 2
    assert "Adopting cluster" in log_of(airflow, "retrying", run_id, CREATE)
    assert emr.alive("retrying") == []


def test_a_killed_spark_step_fails_the_run_with_its_reason(airflow: WarmAirflow, emr: Emr) -> None:
    run_id = airflow.start("itunes_split")
    step = until(emr.running_steps)[0]
    os.kill(step["pid"], signal.SIGKILL)
    assert airflow.wait("itunes_split", run_id) == "failed"
    found = states(airflow, "itunes_split", run_id)
    assert found["emr_cluster.wait_for_transform_raw_itunes"] == "failed"
    assert found["emr_cluster.add_artists_split"] == "upstream_failed"
    assert found[TERMINATE] == "success"
    assert emr.alive("itunes_split") == []
    assert_next_run_is_whole(airflow, emr)


def test_a_broken_split_script_shows_its_traceback(airflow: WarmAirflow, emr: Emr) -> None:
    run_id = airflow.start("broken_script")
    assert airflow.wait("broken_script", run_id) == "failed"
    log = log_of(airflow, "broken_script", run_id, "emr_cluster.wait_for_artists_split")
    assert "this split is broken on purpose" in log
    assert "stderr.gz" in log
    assert emr.alive("broken_script") == []
    assert_next_run_is_whole(airflow, emr)


def test_a_failing_bootstrap_action_is_red_and_leaves_nothing(airflow: WarmAirflow, emr: Emr) -> None:
    run_id = airflow.start("failing_bootstrap")
    assert airflow.wait("failing_bootstrap", run_id) == "failed"
    found = states(airflow, "failing_bootstrap", run_id)
    assert found["emr_cluster.wait_for_emr_cluster"] == "failed"
    log = log_of(airflow, "failing_bootstrap", run_id, "emr_cluster.wait_for_emr_cluster")
    assert "BOOTSTRAP_FAILURE" in log
    assert emr.alive("failing_bootstrap") == []


def test_a_wait_killed_in_the_middle_submits_nothing_twice(airflow: WarmAirflow, emr: Emr) -> None:
    run_id = airflow.start("retrying")
    until(emr.running_steps)
    kill_tasks(airflow)
    assert airflow.wait("retrying", run_id) == "success"
    (cluster,) = emr.clusters("retrying", run_id)
    assert len(emr.steps(cluster["Id"])) == 4
    assert emr.alive("retrying") == []
