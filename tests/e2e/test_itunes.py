"""The iTunes pipeline on a real Airflow, from YAML to files."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.e2e.emr import Emr
from tests.run.airflow_fixture import CHECKOUT, WarmAirflow

ARTISTS = ("Taylor Swift", "Drake", "Adele")


def lake(airflow: WarmAirflow, name: str = "itunes") -> Path:
    return airflow.platform.paths.cloud_data / "s3/local-lake" / name


def tables(airflow: WarmAirflow, name: str = "itunes") -> dict[str, bytes]:
    """The one data file of each table."""
    found = {}
    for table in ("artists", "collections", "tracks"):
        (part,) = (lake(airflow, name) / table).glob("part-*")
        found[table] = part.read_bytes()
    return found


@pytest.fixture(scope="module")
def first_run(airflow: WarmAirflow) -> str:
    run_id = airflow.start("itunes_split")
    assert airflow.wait("itunes_split", run_id) == "success"
    return run_id


def test_output_equals_pandas_to_the_row(airflow: WarmAirflow, first_run: str) -> None:
    python = CHECKOUT / ".venv-localcloud/bin/python"
    script = CHECKOUT / "tests/e2e/compare_itunes.py"
    command = [python, script, f"{airflow.endpoint_url}/itunes", lake(airflow), *ARTISTS]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(rows > 3 for rows in json.loads(done.stdout).values())


def test_every_step_ran_once_and_the_cluster_is_gone(airflow: WarmAirflow, emr: Emr, first_run: str) -> None:
    (cluster,) = emr.clusters("itunes_split", first_run)
    assert cluster["Status"]["State"] == "TERMINATED"
    assert cluster["AutoTerminationPolicy"]["IdleTimeout"] == 3600 if "AutoTerminationPolicy" in cluster else True
    steps = {step["Name"]: step["Status"]["State"] for step in emr.steps(cluster["Id"])}
    assert steps == dict.fromkeys(
        ["transform_raw_itunes", "artists_split", "collections_split", "tracks_split"], "COMPLETED"
    )


def test_waits_hold_no_worker(airflow: WarmAirflow, first_run: str) -> None:
    states = {state.task_id: state for state in airflow.client.task_states("itunes_split", first_run)}
    log = airflow.client.task_log("itunes_split", first_run, states["emr_cluster.wait_for_transform_raw_itunes"])
    assert any("Pausing task as DEFERRED" in line for line in log)


def test_a_second_run_writes_the_same_bytes(airflow: WarmAirflow, first_run: str) -> None:
    before = tables(airflow)
    assert airflow.run("itunes_split") == "success"
    assert tables(airflow) == before


def test_clearing_tasks_submits_nothing_twice(airflow: WarmAirflow, emr: Emr, first_run: str) -> None:
    (cluster,) = emr.clusters("itunes_split", first_run)
    body = {
        "dry_run": False,
        "dag_run_id": first_run,
        "only_failed": False,
        "task_ids": ["emr_cluster.add_artists_split", "emr_cluster.wait_for_artists_split"],
    }
    headers = airflow.client._http.headers
    url = f"{airflow.client.url}/api/v2/dags/itunes_split/clearTaskInstances"
    httpx.post(url, json=body, headers=headers, trust_env=False).raise_for_status()
    assert airflow.wait("itunes_split", first_run) == "success"
    assert len(emr.steps(cluster["Id"])) == 4
    assert emr.alive("itunes_split") == []


def test_airflow_shows_the_group_the_docs_and_the_tags(airflow: WarmAirflow, first_run: str) -> None:
    assert "dag_specs/itunes_split.yaml" in airflow.client.documentation("itunes_split")
    found = {dag.dag_id: dag for dag in airflow.client.dags()}
    assert found["itunes_split"].tags == ("emr", "music")
    ids = {task.task_id for task in airflow.client.tasks("itunes_split")}
    assert {"pull_and_store_itunes_data", "emr_cluster.create_emr_cluster"} <= ids
    graph = httpx.get(
        f"{airflow.client.url}/ui/structure/structure_data?dag_id=itunes_split",
        headers=airflow.client._http.headers,
        trust_env=False,
    ).json()
    assert {node["id"] for node in graph["nodes"]} >= {"emr_cluster", "pull_and_store_itunes_data"}


def test_a_broken_spec_is_shown_and_cannot_run(airflow: WarmAirflow, first_run: str) -> None:
    found = {dag.dag_id: dag for dag in airflow.client.dags()}
    assert found["broken_spec"].tags == ("broken-spec",)
    assert "dag_specs/broken_spec.yaml:2:20: error[unknown-operator]" in airflow.client.documentation("broken_spec")
    assert airflow.client.import_failures() == []
    run_id = airflow.start("broken_spec")
    assert airflow.wait("broken_spec", run_id) == "failed"
    (state,) = airflow.client.task_states("broken_spec", run_id)
    assert any("unknown-operator" in line for line in airflow.client.task_log("broken_spec", run_id, state))


def test_an_auto_terminating_cluster_needs_no_terminate(airflow: WarmAirflow, emr: Emr) -> None:
    run_id = airflow.start("auto_terminate")
    assert airflow.wait("auto_terminate", run_id) == "success"
    (cluster,) = emr.clusters("auto_terminate", run_id)
    assert cluster["AutoTerminate"] is True
    assert next(step["Name"] for step in reversed(emr.steps(cluster["Id"]))) == "transform_raw_itunes"
    assert tables(airflow, "auto") == tables(airflow)
