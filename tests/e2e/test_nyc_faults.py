"""Whatever fails in the taxi pipeline: a red run, no half-loaded table, no cluster left, and the next run is green."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest
import redshift_connector
from redshift_connector import Connection

from tests.e2e.emr import Emr, until
from tests.e2e.nyc import PATIENCE_SECONDS, SAMPLES, Pipeline, Published, Rows
from tests.e2e.nyc_postgres import end_stall, stall_loads, stalled_load
from tests.e2e.test_faults import log_of
from tests.e2e.test_nyc_taxi import expected
from tests.run.airflow_fixture import WarmAirflow

pytestmark = pytest.mark.timeout(600)

COPY = "copy_to_redshift"
RUN_BEFORE = ("nyc_glue", "nyc_parquet", "nyc_connection")
WITHOUT_FARES = b"VendorID,lpep_pickup_datetime,lpep_dropoff_datetime,PULocationID,payment_type,trip_type\n"


@pytest.fixture(scope="module")
def pipelines(airflow: WarmAirflow) -> dict[str, Pipeline]:
    """All copies; some have run once, with fewer raw files than there are now."""
    found = {name: Pipeline(airflow, name) for name in (*RUN_BEFORE, "nyc_killed")}
    for name in RUN_BEFORE:
        found[name].put_raw(SAMPLES[0])
    runs = {name: found[name].start() for name in RUN_BEFORE}
    assert {name: found[name].ends(runs[name]) for name in runs} == dict.fromkeys(runs, "success")
    for pipeline in found.values():
        pipeline.put_raw(*SAMPLES)
        pipeline.create_table()
    return found


@pytest.fixture(scope="module")
def before(pipelines: dict[str, Pipeline]) -> dict[str, Published]:
    """What the runs before have published."""
    found = {name: pipelines[name].published() for name in RUN_BEFORE}
    assert [one.rows for one in found.values()] == [expected(SAMPLES[0])] * len(RUN_BEFORE)
    return found


@pytest.fixture(scope="module")
def sums() -> Rows:
    """What the table holds when all raw files are in it."""
    return expected(*SAMPLES)


@pytest.fixture(scope="module")
def locks(pipelines: dict[str, Pipeline], before: dict[str, Published]) -> Iterator[dict[str, Connection]]:
    """Sessions that hold up the loads of two pipelines."""
    found = {name: pipelines[name].lock_table() for name in ("nyc_parquet", "nyc_killed")}
    yield found
    for connection in found.values():
        with suppress(redshift_connector.Error):  # a test has closed it
            connection.close()


@pytest.fixture(scope="module")
def loading(pipelines: dict[str, Pipeline], locks: dict[str, Connection]) -> dict[str, str]:
    """The ids of runs, side by side, that stop before their load or in the middle of it."""
    connection = pipelines["nyc_connection"]
    stall_loads(connection.airflow, connection.table)
    return {name: pipelines[name].start() for name in (*locks, "nyc_connection")}


@pytest.fixture(scope="module")
def next_runs(pipelines: dict[str, Pipeline]) -> dict[str, str]:
    """The ids of one more run each."""
    return {name: pipelines[name].start() for name in (*RUN_BEFORE, "nyc_killed")}


def test_a_glue_job_that_raises_changes_nothing(
    airflow: WarmAirflow, pipelines: dict[str, Pipeline], before: dict[str, Published]
) -> None:
    pipeline = pipelines["nyc_glue"]
    pipeline.put_raw()
    pipeline.put_raw_file("green.csv", WITHOUT_FARES)
    run_id = pipeline.start()
    assert pipeline.ends(run_id) == "failed"
    pipeline.put_raw(*SAMPLES)
    log = log_of(airflow, pipeline.dag_id, run_id, "glue_task")
    assert "is FAILED: ValueError: the raw files lack the columns fare_amount; they have: VendorID" in log
    assert pipeline.published() == before["nyc_glue"]


def test_a_killed_load_without_retries_is_red_and_loads_all_or_nothing(
    pipelines: dict[str, Pipeline], locks: dict[str, Connection], loading: dict[str, str], emr: Emr, sums: Rows
) -> None:
    pipeline, run_id = pipelines["nyc_killed"], loading["nyc_killed"]
    until(lambda: pipeline.state(run_id, COPY) == "deferred", PATIENCE_SECONDS)
    locks["nyc_killed"].close()
    pipeline.kill(run_id, COPY)
    assert pipeline.ends(run_id) == "failed"
    assert pipeline.copy_states(run_id) == ["FINISHED"]
    assert pipeline.rows() == sums
    assert emr.alive("nyc_killed") == []


def test_a_corrupt_file_leaves_the_rows_of_the_run_before(
    airflow: WarmAirflow,
    pipelines: dict[str, Pipeline],
    before: dict[str, Published],
    locks: dict[str, Connection],
    loading: dict[str, str],
    emr: Emr,
) -> None:
    pipeline, run_id = pipelines["nyc_parquet"], loading["nyc_parquet"]
    until(lambda: pipeline.copy_states(run_id) == ["STARTED"], PATIENCE_SECONDS)
    part = pipeline.part("aggregate/agg-green-rides")
    # behind a good part
    part.with_name("part-99999-cut.parquet").write_bytes(part.read_bytes()[:-100])
    locks["nyc_parquet"].close()
    assert pipeline.ends(run_id) == "failed"
    log = log_of(airflow, pipeline.dag_id, run_id, COPY)
    assert "part-99999-cut.parquet' is not a readable Parquet file" in log
    assert pipeline.rows() == before["nyc_parquet"].rows
    assert emr.alive("nyc_parquet") == []


def test_a_connection_that_drops_in_the_middle_of_the_load_leaves_the_rows_of_the_run_before(
    airflow: WarmAirflow,
    pipelines: dict[str, Pipeline],
    before: dict[str, Published],
    loading: dict[str, str],
    emr: Emr,
) -> None:
    pipeline, run_id = pipelines["nyc_connection"], loading["nyc_connection"]
    session = until(lambda: stalled_load(airflow), PATIENCE_SECONDS, pause=0.2)
    os.kill(session, signal.SIGKILL)
    assert pipeline.ends(run_id) == "failed"
    end_stall(airflow, pipeline.table)
    assert "server closed the connection unexpectedly" in log_of(airflow, pipeline.dag_id, run_id, COPY)
    assert pipeline.rows() == before["nyc_connection"].rows
    assert emr.alive("nyc_connection") == []


def test_the_next_runs_are_green_and_whole(
    pipelines: dict[str, Pipeline], next_runs: dict[str, str], emr: Emr, sums: Rows
) -> None:
    ended = {name: pipelines[name].ends(run_id) for name, run_id in next_runs.items()}
    assert ended == dict.fromkeys(next_runs, "success")
    for name in next_runs:
        assert pipelines[name].published().rows == sums
        assert emr.alive(name) == []
