"""The iris pipeline on a real Airflow, from a file to rows in Snowflake."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dagspec.run.clusters import find_clusters
from dagspec.run.inputs import read_inputs
from dagspec.run.outputs import s3_client
from dagspec.run.samples import put_inputs
from dagspec.run.snowflake_tables import find_snowflake_tables
from dagspec.specs import read_environment, read_spec
from tests.e2e.emr import Emr
from tests.e2e.iris import FIFTY_EACH, SAMPLE, Iris, snowflake
from tests.run.airflow_fixture import CHECKOUT, WarmAirflow

SPEC = CHECKOUT / "dag_specs/iris.yaml"


@pytest.fixture(scope="module")
def iris(airflow: WarmAirflow) -> Iris:
    inputs = read_inputs(CHECKOUT, read_spec(SPEC, CHECKOUT), read_environment(CHECKOUT, "local"))
    put_inputs(s3_client(airflow.endpoint_url), inputs, airflow.platform.paths.samples)
    return Iris(airflow)


@pytest.fixture(scope="module")
def first_run(iris: Iris) -> tuple[str, datetime]:
    """The id of a run, and when it began."""
    began = datetime.now(UTC)
    run_id, state = iris.run()
    assert state == "success"
    return run_id, began


def test_a_select_returns_the_three_classes(iris: Iris, first_run: tuple[str, datetime]) -> None:
    assert iris.counts() == FIFTY_EACH


def test_both_steps_ran_and_the_cluster_is_gone(iris: Iris, emr: Emr, first_run: tuple[str, datetime]) -> None:
    (cluster,) = emr.clusters("iris", first_run[0])
    assert cluster["Status"]["State"] == "TERMINATED"
    transform, ingest = emr.steps(cluster["Id"])
    assert (ingest["Name"], transform["Name"]) == ("ingest_layer", "transform_layer")
    assert {step["Status"]["State"] for step in (ingest, transform)} == {"COMPLETED"}
    assert ingest["Config"]["Jar"].endswith("script-runner.jar")
    assert iris.objects("input_folder") == {"iris.data": SAMPLE.read_bytes()}


def test_the_report_shows_the_external_table_and_the_cluster(
    airflow: WarmAirflow, first_run: tuple[str, datetime]
) -> None:
    run_id, began = first_run
    (table,) = find_snowflake_tables(airflow.endpoint_url, airflow.platform.paths.ca_bundle, began)
    assert (table.engine, table.path) == ("Snowflake", "DEV.IRIS.CLASS_COUNTS")
    assert table.content.columns == ["CLASS_NAME", "CLASS_COUNT"]
    assert [tuple(row.values()) for row in table.content.sample] == FIFTY_EACH
    (cluster,) = find_clusters(airflow.endpoint_url, "iris", run_id)
    assert (cluster.state, cluster.instances, cluster.instance_types) == ("TERMINATED", 3, ("m5.xlarge",))
    assert 1 < cluster.seconds < 180
    assert cluster.instance_hours == pytest.approx(3 * cluster.seconds / 3600)


def test_a_second_run_changes_nothing(iris: Iris, first_run: tuple[str, datetime]) -> None:
    before = list(iris.objects("output_folder").values())
    assert iris.run()[1] == "success"
    assert list(iris.objects("output_folder").values()) == before
    assert iris.counts() == FIFTY_EACH


def test_a_new_file_appears_only_after_a_refresh(iris: Iris, first_run: tuple[str, datetime]) -> None:
    ((name, content),) = iris.objects("output_folder").items()
    folder = iris.airflow.platform.paths.cloud_data / "s3/local-lake/iris/output_folder"
    (folder / f"late-{name}").write_bytes(content)
    assert iris.counts() == FIFTY_EACH
    counted = "SELECT COUNT(*) FROM iris.class_counts"
    assert snowflake(iris.airflow, "ALTER EXTERNAL TABLE iris.class_counts REFRESH", counted) == [[6]]
    (folder / f"late-{name}").unlink()
    assert snowflake(iris.airflow, "ALTER EXTERNAL TABLE iris.class_counts REFRESH", counted) == [[3]]
