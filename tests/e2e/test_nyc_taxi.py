"""The taxi pipeline on a real Airflow, from CSV files to rows in Redshift."""

from __future__ import annotations

import json
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redshift_connector

from dagspec.run.inputs import read_inputs
from dagspec.run.outputs import find_outputs, s3_client
from dagspec.run.samples import put_inputs
from dagspec.run.tables import find_tables, running_port
from dagspec.specs import read_environment, read_spec
from tests.e2e.emr import Emr
from tests.run.airflow_fixture import CHECKOUT, WarmAirflow

DAG = "nyc_taxi"
SPEC = CHECKOUT / "dag_specs/nyc_taxi.yaml"


def put_samples(airflow: WarmAirflow) -> None:
    inputs = read_inputs(CHECKOUT, read_spec(SPEC, CHECKOUT), read_environment(CHECKOUT, "local"))
    put_inputs(s3_client(airflow.endpoint_url), inputs, airflow.platform.paths.samples)


def lake(airflow: WarmAirflow) -> Path:
    return airflow.platform.paths.cloud_data / "s3/local-lake/nyc_taxi"


def loaded(airflow: WarmAirflow) -> list[list[object]]:
    """The table's rows, amounts as text."""
    port = running_port(airflow.endpoint_url, "Redshift")
    login = {"user": "awsuser", "password": "local", "database": "dev", "ssl": False}
    with closing(redshift_connector.connect(host="127.0.0.1", port=port, **login)) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT * FROM nyc.agg_green_rides ORDER BY 1, 2, 3")
        return [[*keys, str(total)] for *keys, total in cursor.fetchall()]


def expected(*files: Path) -> list[list[object]]:
    python = CHECKOUT / ".venv-localcloud/bin/python"
    command = [python, CHECKOUT / "tests/e2e/compare_nyc.py", *files]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def written(airflow: WarmAirflow) -> dict[str, bytes]:
    """The one data file of each dataset."""
    found = {}
    for name in ("transformed/green", "rejected/green", "aggregate/agg-green-rides"):
        (part,) = (lake(airflow) / name).glob("part-*")
        found[name] = part.read_bytes()
    return found


@pytest.fixture(scope="module")
def first_run(airflow: WarmAirflow) -> tuple[str, datetime]:
    """The id of a run, and when it began."""
    put_samples(airflow)
    began = datetime.now(UTC)
    run_id = airflow.start(DAG)
    assert airflow.wait(DAG, run_id) == "success"
    return run_id, began


def test_the_table_equals_pandas_to_the_cent(airflow: WarmAirflow, first_run: tuple[str, datetime]) -> None:
    rows = loaded(airflow)
    assert rows == expected(*(lake(airflow) / "raw/green").glob("*.csv"))
    assert 10 < len(rows) <= 20


def test_the_report_shows_the_table_and_the_rejected_rows(
    airflow: WarmAirflow, first_run: tuple[str, datetime]
) -> None:
    (table,) = find_tables(airflow.endpoint_url, first_run[1])
    assert table.path == "dev.nyc.agg_green_rides"
    assert len(table.content.sample) == table.content.rows == len(loaded(airflow))
    datasets = find_outputs(s3_client(airflow.endpoint_url), ["local-lake"], first_run[1], ("logs/", "code/"))
    found = {one.path.removeprefix("s3://local-lake/nyc_taxi/"): one.content for one in datasets}
    rejected = found["rejected/green/"]
    assert rejected is not None and rejected.rows == 10
    assert rejected.columns[0] == "reason"


def test_the_log_tells_of_rejected_rows(airflow: WarmAirflow, first_run: tuple[str, datetime]) -> None:
    states = {state.task_id: state for state in airflow.client.task_states(DAG, first_run[0])}
    log = "\n".join(airflow.client.task_log(DAG, first_run[0], states["glue_task"]))
    assert "rejected 10 of 300 rows" in log
    assert "4: fare_amount is negative" in log


def test_both_steps_ran_and_the_cluster_is_gone(
    airflow: WarmAirflow, emr: Emr, first_run: tuple[str, datetime]
) -> None:
    (cluster,) = emr.clusters(DAG, first_run[0])
    assert cluster["Status"]["State"] == "TERMINATED"
    steps = {step["Name"]: step for step in emr.steps(cluster["Id"])}
    assert {name: step["Status"]["State"] for name, step in steps.items()} == dict.fromkeys(
        ["copy_script", "aggregate_rides"], "COMPLETED"
    )
    assert {step["ActionOnFailure"] for step in steps.values()} == {"CANCEL_AND_WAIT"}
    assert steps["copy_script"]["Config"]["Args"][:3] == ["aws", "s3", "cp"]


def test_a_second_run_changes_nothing(airflow: WarmAirflow, first_run: tuple[str, datetime]) -> None:
    before = written(airflow), loaded(airflow)
    assert airflow.run(DAG) == "success"
    assert (written(airflow), loaded(airflow)) == before


def test_the_order_of_the_tasks(airflow: WarmAirflow, first_run: tuple[str, datetime]) -> None:
    states = airflow.client.task_states(DAG, first_run[0])
    ended = {state.task_id: state.ended for state in states}
    order = [
        "wait_for_raw_files",
        "glue_task",
        "emr_cluster.create_emr_cluster",
        "emr_cluster.wait_for_copy_script",
        "emr_cluster.wait_for_aggregate_rides",
        "create_redshift_table",
        "copy_to_redshift",
    ]
    times = [ended[task] for task in order]
    assert None not in times
    assert times == sorted(times)
