"""The operator of Redshift against the local cloud: one transaction, run once whatever is retried."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from airflow.sdk.exceptions import AirflowException

from dagspec.compiler import compile_spec
from dagspec.runtime.redshift import StatementOperator
from dagspec.source import read_text
from dagspec.specs import read_environments
from tests.loader.aws_tries import RETRIES, Aws, deferral, done, event_of, killed, local_cloud, one_try, resumed

SLOW = "SELECT pg_sleep(30)"


@pytest.fixture(scope="module")
def aws(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with local_cloud(root, tmp_path_factory.mktemp("cloud")) as endpoint, pytest.MonkeyPatch.context() as patch:
        aws = Aws(endpoint)
        aws.connect(patch)
        aws.client("s3").create_bucket(Bucket="lake")
        yield aws


def statement(name: str, sql: str | list[str], seconds: int = 60, **more: Any) -> StatementOperator:
    return StatementOperator(
        task_id=name,
        workgroup_name="dagspec-local",
        database="dev",
        sql=sql,
        timeout_seconds=seconds,
        poll_interval=0.1,
        deferrable=True,
        retries=RETRIES,
        **more,
    )


def run(name: str, sql: str | list[str], **more: Any) -> Any:
    operator = statement(name, sql, **more)
    return done(operator, one_try(operator, run_id=name))


def numbers(table: str) -> list[Any]:
    query = f"SELECT n FROM {table} ORDER BY n NULLS LAST"
    operator = statement("look", query, return_sql_result=True)
    return [row["n"] for row in done(operator, one_try(operator, run_id=f"{table}"))]


def test_a_retry_adopts_what_has_finished_and_a_clear_runs_again(aws: Aws) -> None:
    run("make_once", "CREATE TABLE once (n INT)")
    operator = statement("once", "INSERT INTO once VALUES (1)")
    first = done(operator, one_try(operator))
    again = statement("once", "INSERT INTO once VALUES (1)")
    assert done(again, one_try(again, 2)) == first
    assert numbers("once") == [1]
    cleared = statement("once", "INSERT INTO once VALUES (1)")
    assert done(cleared, one_try(cleared, 2, cleared=1)) != first
    assert numbers("once") == [1, 1]


def test_a_retry_adopts_what_still_runs(aws: Aws) -> None:
    sql = "SELECT pg_sleep(1); SELECT 7 AS n"
    lost = statement("running", sql)
    first = deferral(lost, one_try(lost))
    retry = statement("running", sql, return_sql_result=True)
    second = deferral(retry, one_try(retry, 2))
    assert second.trigger.statement_id == first.trigger.statement_id
    assert resumed(retry, one_try(retry, 2), second) == [{"n": 7}]


def test_statements_are_one_transaction_and_a_failure_says_which(aws: Aws) -> None:
    run("make_all", "CREATE TABLE whole (n INT)")
    sql = "INSERT INTO whole VALUES (1); INSERT INTO whole SELECT x FROM nothing_there; INSERT INTO whole VALUES (2)"
    with pytest.raises(AirflowException, match=r"FAILED: .*nothing_there(.|\n)*in: INSERT INTO whole SELECT x"):
        run("whole", sql)
    assert numbers("whole") == []
    operator = statement("whole", "INSERT INTO whole VALUES (3)")
    done(operator, one_try(operator, 2, run_id="whole"))
    assert numbers("whole") == [3], "a failed statement is not adopted"


def test_what_takes_too_long_is_cancelled(aws: Aws) -> None:
    with pytest.raises(AirflowException, match="cancelled: it took longer than 1 s"):
        run("late", SLOW, seconds=1)
    assert states(aws, "late") == ["ABORTED"]


def test_who_ends_the_task_cancels_the_statement(aws: Aws) -> None:
    operator = statement("killed", SLOW)
    waiting = deferral(operator, one_try(operator))
    killed(waiting)
    event_of(waiting.trigger)
    assert states(aws, "killed") == ["ABORTED"]
    other = statement("killed_early", SLOW)
    waiting = deferral(other, one_try(other))
    other.on_kill()
    event_of(waiting.trigger)
    assert states(aws, "killed_early") == ["ABORTED"]


def states(aws: Aws, task_id: str) -> list[str]:
    listed = aws.client("redshift-data").list_statements(Status="ALL", MaxResults=100)["Statements"]
    return [one["Status"] for one in listed if f":{task_id}:" in one.get("StatementName", "")]


def test_rows_come_by_column_and_all_of_them(aws: Aws) -> None:
    rows = run("rows", "SELECT 1 AS a; SELECT n AS b, NULL AS c FROM generate_series(1, 3) n", return_sql_result=True)
    assert rows == [{"b": 1, "c": None}, {"b": 2, "c": None}, {"b": 3, "c": None}]
    assert run("no_rows", "CREATE TABLE no_rows (n INT)", return_sql_result=True) == []
    with pytest.raises(ValueError, match="aliases"):
        run("twice", "SELECT 1 AS a, 2 AS a", return_sql_result=True)


def test_parameters_stay_values(aws: Aws) -> None:
    value = "x'; DROP TABLE once; --"
    rows = run("bound", "SELECT :v AS v", parameters=[{"name": "v", "value": value}], return_sql_result=True)
    assert rows == [{"v": value}]


def test_nothing_is_left_when_a_template_gives_nothing(aws: Aws) -> None:
    with pytest.raises(AirflowException, match="no statement to run"):
        run("empty", "  -- {% if false %}\n")


def parquet(aws: Aws, key: str, ids: list[int | None], fares: list[float]) -> None:
    sink = io.BytesIO()
    table = pa.table({"n": pa.array(ids, pa.int32()), "fare": pa.array(fares, pa.float64())})
    pq.write_table(table, sink)
    aws.put(key, sink.getvalue())


def copied(repository: Path, mode: str, key: str) -> list[str]:
    """The statements of a `redshift.copy` task."""
    task = f"operator: redshift.copy, database: dev, workgroup_name: w, table: rides, format: parquet, {mode}"
    text = f"tasks: {{t: {{{task}, source: s3://lake/{key}/}}}}"
    config = compile_spec(
        read_text(text, "dag_specs/p.yaml"), read_environments(repository)["local"], repository
    ).config
    return list(config["tasks"]["t"]["sql"])


def test_the_modes_of_copy(aws: Aws, repository: Path) -> None:
    run("make_rides", "CREATE TABLE rides (n INT, fare FLOAT8)")
    parquet(aws, "one/a.parquet", [1, 2, None], [1.0, 2.0, 3.0])
    parquet(aws, "two/a.parquet", [2, 3, None], [20.0, 30.0, 40.0])
    run("append", copied(repository, "mode: append", "one"))
    run("append_again", copied(repository, "mode: append", "one"))
    assert numbers("rides") == [1, 1, 2, 2, None, None]
    run("replace", copied(repository, "mode: truncate_insert", "one"))
    run("merge", copied(repository, "mode: merge, keys: [n]", "two"))
    run("merge_again", copied(repository, "mode: merge, keys: [n]", "two"))
    rows = run("fares", "SELECT n, fare FROM rides ORDER BY n NULLS LAST", return_sql_result=True)
    assert [(row["n"], row["fare"]) for row in rows] == [(1, 1.0), (2, 20.0), (3, 30.0), (None, 40.0)]


def test_a_copy_that_fails_leaves_the_table_as_it_was(aws: Aws, repository: Path) -> None:
    run("make_rides_again", "DROP TABLE IF EXISTS rides; CREATE TABLE rides (n INT, fare FLOAT8)")
    run("fill", "INSERT INTO rides VALUES (1, 1.0)")
    aws.put("broken/a.parquet", b"PAR1 but nothing else")
    for mode in ("mode: truncate_insert", "mode: merge, keys: [n]", "mode: append"):
        with pytest.raises(AirflowException, match="FAILED"):
            run(mode.split()[1].strip(","), copied(repository, mode, "broken"))
    operator = statement("after", "SELECT n FROM rides", return_sql_result=True)
    assert done(operator, one_try(operator)) == [{"n": 1}]
