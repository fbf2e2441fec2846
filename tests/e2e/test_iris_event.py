"""An object that lands starts iris_event: its path reaches the Spark job, and the cluster ends itself."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pyarrow.parquet as pq
import pytest

from dagspec.cli.run import prepare
from dagspec.run.console import Phases, make_console
from dagspec.run.landing import connect_queue
from dagspec.run.options import RunOptions
from dagspec.run.outputs import s3_client
from dagspec.run.session import open_platform
from dagspec.specs import read_environment
from dagspec.trigger import watched_event
from dagspec.upload import compile_all
from tests.e2e.emr import Emr, until
from tests.e2e.iris import FIFTY_EACH, SAMPLE, Iris
from tests.run.airflow_fixture import CHECKOUT, WarmAirflow, copy_project

DAG = "iris_event"
LANDING = "local-landing"
KEYS = ("iris/left.data", "iris/right.data")
TARGET = f"s3://local-lake/{DAG}/output_folder/"


def connect(endpoint: str) -> None:
    """Buckets, files, and the queue that S3 tells of new objects."""
    specs = {spec.dag_id: spec for spec in compile_all(CHECKOUT, read_environment(CHECKOUT, "local"))}
    prepare(specs[DAG], endpoint)
    event = watched_event(specs[DAG].config)
    assert event is not None
    connect_queue(endpoint, event)


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmAirflow]:
    """Not the one that all tests share: there, nothing starts by itself."""
    root = copy_project(CHECKOUT, tmp_path_factory.mktemp("event"))
    options = RunOptions(root=root, dag_id=DAG, before=connect, event=lambda _: None)
    with open_platform(options, Phases(make_console())) as platform:
        platform.client.unpause(DAG)
        platform.client.reparse(DAG)
        yield WarmAirflow(platform)


@pytest.fixture(scope="module")
def emr(airflow: WarmAirflow) -> Emr:
    """Its clusters when both objects, which land at one moment, have had their runs."""
    for key in KEYS:
        s3_client(airflow.endpoint_url).put_object(Bucket=LANDING, Key=key, Body=SAMPLE.read_bytes())
    ended: set[str] = set()

    def both_ended() -> bool:
        runs = airflow.client.run_ids(DAG)
        ended.update(run for run in runs if airflow.client.run_state(DAG, run) in ("success", "failed"))
        return len(ended) >= len(KEYS)

    until(both_ended, 120, pause=0.5)
    return Emr(airflow.endpoint_url)


def test_each_object_has_a_run_whose_spark_job_gets_its_path(airflow: WarmAirflow, emr: Emr) -> None:
    runs = airflow.client.run_ids(DAG)
    assert [airflow.client.run_state(DAG, run_id) for run_id in runs] == ["success", "success"]
    arguments = []
    for run_id in runs:
        (cluster,) = emr.clusters(DAG, run_id)
        (step,) = emr.steps(cluster["Id"])
        arguments.append(step["Config"]["Args"][-2:])
    assert sorted(arguments) == [[f"s3://{LANDING}/{key}", TARGET] for key in KEYS]


def test_the_clusters_have_ended_themselves(emr: Emr) -> None:
    clusters = emr.clusters(DAG)
    assert [one["AutoTerminate"] for one in clusters] == [True, True]
    assert {one["Status"]["StateChangeReason"]["Code"] for one in clusters} == {"ALL_STEPS_COMPLETED"}


def test_the_counts_are_one_whole_file(airflow: WarmAirflow, emr: Emr) -> None:
    (counts,) = Iris(airflow, DAG).objects("output_folder").values()
    assert [tuple(row.values()) for row in pq.read_table(io.BytesIO(counts)).to_pylist()] == FIFTY_EACH
