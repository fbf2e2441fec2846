"""External tables, COPY and checks against the local Snowflake."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException

from tests.loader.snowflake_tries import Snowflake, local_snowflake

EXTERNAL = """
operator: snowflake.external_table
table: public.iris
location: s3://lake/{folder}
storage_integration: lake
file_format: {{type: {type}}}
columns:
  - {{name: n, type: INTEGER}}
  - {{name: class_name, type: VARCHAR{more}}}
"""
COPY = """
operator: snowflake.copy
table: public.rides
source: s3://lake/{folder}/
storage_integration: lake
file_format: {{type: parquet}}
mode: {mode}
"""


@pytest.fixture(scope="module")
def server(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snowflake]:
    with local_snowflake(root, tmp_path_factory.mktemp("snowflake")) as snowflake:
        yield snowflake


@pytest.fixture
def snowflake(server: Snowflake, repository: Path) -> Snowflake:
    """The server, with an empty schema."""
    server.repository = repository
    server.sql("CREATE DATABASE IF NOT EXISTS TESTS; CREATE OR REPLACE SCHEMA TESTS.PUBLIC")
    return server


def external(folder: str, type_: str = "parquet", more: str = "") -> str:
    return EXTERNAL.format(folder=folder, type=type_, more=more)


def copy(folder: str, mode: str, more: str = "") -> str:
    return COPY.format(folder=folder, mode=mode) + more


def rows(snowflake: Snowflake, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in snowflake.sql(query)]


def comments(snowflake: Snowflake) -> set[str]:
    shown = ("STAGES", "FILE FORMATS", "EXTERNAL TABLES")
    return {row["comment"] for kind in shown for row in snowflake.sql(f"SHOW {kind}")}


def test_new_files_appear_when_the_task_runs_again(snowflake: Snowflake) -> None:
    snowflake.parquet("fresh/a.parquet", n=[1], class_name=["Iris-setosa"])
    snowflake.run(external("fresh"))
    snowflake.parquet("fresh/b.parquet", n=[2], class_name=["Iris-virginica"])
    query = "SELECT n, class_name FROM iris ORDER BY n"
    assert rows(snowflake, query) == [(1, "Iris-setosa")]
    snowflake.run(external("fresh"))
    assert rows(snowflake, query) == [(1, "Iris-setosa"), (2, "Iris-virginica")]


def test_a_changed_definition_is_made_anew_and_an_equal_one_is_left(snowflake: Snowflake) -> None:
    snowflake.parquet("change/a.parquet", n=[1], class_name=["Iris-setosa"])
    assert len(snowflake.run(external("change"))) == 4
    before = comments(snowflake)
    assert len(before) == 1
    assert len(snowflake.run(external("change"))) == 1, "only the refresh"
    assert comments(snowflake) == before
    assert len(snowflake.run(external("change", more=', from: "UPPER(VALUE:class_name)"'))) == 4
    assert len(comments(snowflake) | before) == 2
    assert rows(snowflake, "SELECT class_name FROM iris") == [("IRIS-SETOSA",)]


def test_csv_columns_are_counted(snowflake: Snowflake) -> None:
    (snowflake.buckets / "lake/csv").mkdir()
    (snowflake.buckets / "lake/csv/a.csv").write_text("n,class\n7,Iris-setosa\n")
    snowflake.run(external("csv", "csv, skip_header: 1"))
    assert rows(snowflake, "SELECT n, class_name FROM iris") == [(7, "Iris-setosa")]


def test_what_others_have_made_is_left_alone(snowflake: Snowflake) -> None:
    snowflake.sql("CREATE STAGE iris_stage URL = 's3://lake/other/'")
    with pytest.raises(AirflowException, match=r"stage public.iris_stage was not made by this task .*another name"):
        snowflake.run(external("fresh"))
    assert rows(snowflake, "SHOW EXTERNAL TABLES") == []


RIDES = "SELECT n, fare FROM rides ORDER BY n NULLS LAST, fare"


@pytest.fixture
def rides(snowflake: Snowflake) -> Snowflake:
    """An empty table, and two folders of files for it."""
    snowflake.sql("CREATE TABLE rides (n INT, fare FLOAT)")
    snowflake.parquet("one/a.parquet", n=[1, 2, None], fare=[1.0, 2.0, 3.0])
    snowflake.parquet("two/a.parquet", n=[2, 3, None], fare=[20.0, 30.0, 40.0])
    return snowflake


def test_a_file_is_appended_once(rides: Snowflake) -> None:
    for run_id in ("first", "second"):
        rides.run(copy("one", "append"), run_id=run_id)
    assert rows(rides, RIDES) == [(1, 1.0), (2, 2.0), (None, 3.0)]
    rides.run(copy("one", "append", "force: true"), run_id="third")
    assert len(rows(rides, RIDES)) == 6


def test_all_rows_are_replaced_also_by_those_of_known_files(rides: Snowflake) -> None:
    rides.run(copy("two", "append"))
    for run_id in ("first", "second"):
        rides.run(copy("one", "truncate_insert"), run_id=run_id)
    assert rows(rides, RIDES) == [(1, 1.0), (2, 2.0), (None, 3.0)]


def test_rows_with_the_same_keys_are_replaced(rides: Snowflake) -> None:
    rides.run(copy("one", "append"))
    for run_id in ("first", "second"):
        rides.run(copy("two", "merge", "keys: [n]"), run_id=run_id)
    assert rows(rides, RIDES) == [(1, 1.0), (2, 20.0), (3, 30.0), (None, 40.0)]


@pytest.mark.parametrize("mode", ["append", "truncate_insert", "merge\nkeys: [n]"])
def test_a_copy_that_fails_leaves_the_table_as_it_was(snowflake: Snowflake, mode: str) -> None:
    snowflake.sql("CREATE TABLE rides (n INT, fare FLOAT); INSERT INTO rides VALUES (1, 1.0)")
    (snowflake.buckets / "lake/broken").mkdir(exist_ok=True)
    (snowflake.buckets / "lake/broken/a.parquet").write_bytes(b"PAR1 but nothing else")
    with pytest.raises(AirflowException, match=r"Snowflake: .*a\.parquet"):
        snowflake.run(copy("broken", mode))
    assert rows(snowflake, "SELECT n, fare FROM rides") == [(1, 1.0)]


def test_a_table_is_not_replaced_by_nothing(snowflake: Snowflake) -> None:
    snowflake.sql("CREATE TABLE rides (n INT, fare FLOAT); INSERT INTO rides VALUES (1, 1.0)")
    with pytest.raises(AirflowException, match="no row came from s3://lake/nowhere/: the table is left as it was"):
        snowflake.run(copy("nowhere", "truncate_insert"))
    assert rows(snowflake, "SELECT n, fare FROM rides") == [(1, 1.0)]


MAKE_IRIS = "CREATE TABLE iris (c VARCHAR, n INT, x FLOAT)"
CHECKS = """
operator: snowflake.check
checks:
  - {{table: public.iris, rows: {{min: 1, max: 3}}}}
  - {{name: classes, sql: "SELECT c, n, x FROM iris ORDER BY n", values: [[a, 1, 0.1], [b, "2", null]]}}
  - {{name: days, sql: "SELECT DATE '2024-01-31', TRUE, 1.50", values: [["2024-01-31", true, 1.5]]}}
  - {{name: no doubles, sql: SELECT n FROM iris GROUP BY n HAVING COUNT(*) > 1, rows: {{equal: 0}}}}
  {more}
"""


def test_checks_that_hold(snowflake: Snowflake) -> None:
    snowflake.sql(f"{MAKE_IRIS}; INSERT INTO iris VALUES ('a', 1, 0.1), ('b', 2, NULL)")
    results = snowflake.run(CHECKS.format(more=""))
    assert [one["result"] for one in results] == ["ok"] * 4
    assert results[0]["check"] == "rows of public.iris"
    assert results[0] | {"check": ""} == {"check": "", "expected": "1 to 3 rows", "found": "2", "result": "ok"}


def test_all_failed_checks_are_told_at_once(snowflake: Snowflake, caplog: pytest.LogCaptureFixture) -> None:
    snowflake.sql(f"{MAKE_IRIS}; INSERT INTO iris VALUES ('a', 1, 0.1), ('a', 1, NULL)")
    broken = "- {name: broken, sql: SELECT * FROM nothing_there, rows: {min: 1}}"
    with caplog.at_level(logging.INFO), pytest.raises(AirflowException) as caught:
        snowflake.run(CHECKS.format(more=broken))
    told = str(caught.value).splitlines()
    assert told[0] == "3 of 5 checks failed:"
    assert told[1] == "classes: expected a, 1, 0.1; b, 2, NULL, found a, 1, 0.1; a, 1, NULL"
    assert told[2] == "no doubles: expected 0 rows, found 1"
    assert told[3].startswith("broken: expected at least 1 rows, found ")
    assert "nothing_there" in told[3].lower()
