"""The operators of Snowflake against the local one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException

from tests.loader.aws_tries import deferral, done, killed, resumed
from tests.loader.snowflake_tries import Snowflake, Store, local_snowflake, snowflake_try

SLOW = "SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 100000)) a, TABLE(GENERATOR(ROWCOUNT => 1000000)) b"


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


def sql(text: str, more: str = "") -> str:
    return f"operator: snowflake.sql\n{more}\nsql: |\n  " + text.replace("\n", "\n  ")


def numbers(snowflake: Snowflake, table: str) -> list[Any]:
    return [row["N"] for row in snowflake.sql(f"SELECT n FROM {table} ORDER BY n NULLS LAST")]


def test_rows_come_back_typed(snowflake: Snowflake) -> None:
    query = "SELECT 1 AS n, 'a' AS t, NULL AS nothing, TRUE AS yes, DATE '2024-01-31' AS d, 1.25 AS x"
    rows = snowflake.run(sql(query, "return_rows: true"))
    assert [{key: str(value) for key, value in row.items()} for row in rows] == [
        {"N": "1", "T": "a", "NOTHING": "None", "YES": "True", "D": "2024-01-31", "X": "1.25"}
    ]


def test_statements_are_one_transaction(snowflake: Snowflake) -> None:
    snowflake.sql("CREATE TABLE one (n INT)")
    with pytest.raises(AirflowException, match=r"(?i)nothing_there"):
        snowflake.run(sql("INSERT INTO one VALUES (1);\nINSERT INTO one SELECT x FROM nothing_there"))
    assert numbers(snowflake, "one") == []
    assert snowflake.run(sql("INSERT INTO one VALUES (1);\nSELECT n FROM one", "return_rows: true")) == [{"N": 1}]


def test_with_autocommit_each_statement_stays(snowflake: Snowflake) -> None:
    text = "CREATE TABLE two (n INT);\nINSERT INTO two VALUES (1);\nSELECT * FROM nothing_there"
    with pytest.raises(AirflowException, match=r"(?i)nothing_there"):
        snowflake.run(sql(text, "autocommit: true"))
    assert numbers(snowflake, "two") == [1]


def test_parameters_stay_values(snowflake: Snowflake) -> None:
    value = "x'; DROP TABLE t; --\\"
    task = sql("SELECT %(v)s AS v, %(n)s + 1 AS n -- %(v)s\n;SELECT %(v)s AS v, '%(v)s' AS w", "return_rows: true")
    operator = snowflake.operator(f"{task}\nparameters: {{v: plain, n: 2}}")
    operator.parameters["v"] = value
    assert done(operator, snowflake_try(operator, Store())) == [{"V": value, "W": "%(v)s"}]


def test_a_retry_adopts_what_has_finished_and_a_clear_runs_again(snowflake: Snowflake) -> None:
    snowflake.sql("CREATE TABLE once (n INT)")
    insert, store = sql("INSERT INTO once VALUES (1)"), Store()
    lost = snowflake.operator(insert)
    deferral(lost, snowflake_try(lost, store))
    retry = snowflake.operator(insert)
    done(retry, snowflake_try(retry, store, 2))
    assert numbers(snowflake, "once") == [1]
    cleared = snowflake.operator(insert)
    done(cleared, snowflake_try(cleared, store, 2, cleared=1))
    assert numbers(snowflake, "once") == [1, 1]


def test_what_has_failed_is_started_anew(snowflake: Snowflake) -> None:
    store, insert = Store(), sql("INSERT INTO late VALUES (1)")
    first = snowflake.operator(insert)
    with pytest.raises(AirflowException, match=r"(?i)late"):
        done(first, snowflake_try(first, store))
    snowflake.sql("CREATE TABLE late (n INT)")
    retry = snowflake.operator(insert)
    done(retry, snowflake_try(retry, store, 2))
    assert numbers(snowflake, "late") == [1]


def test_the_same_request_is_sent_by_a_try_that_noted_nothing(snowflake: Snowflake) -> None:
    ids = []
    for number in (1, 2):
        operator = snowflake.operator(sql("SELECT 1"))
        operator._hook.submit = lambda statements, request_id, timeout: ids.append(request_id) or "handle"
        deferral(operator, snowflake_try(operator, Store(), number))
    assert ids[0] == ids[1]


def test_who_ends_the_task_cancels_the_statement(snowflake: Snowflake) -> None:
    operator = snowflake.operator(sql(SLOW))
    context = snowflake_try(operator, Store())
    waiting = deferral(operator, context)
    killed(waiting)
    with pytest.raises(AirflowException, match=r"(?i)cancel"):
        resumed(operator, context, waiting)


def test_what_takes_too_long_is_cancelled(snowflake: Snowflake) -> None:
    with pytest.raises(AirflowException, match=r"(?i)timeout of 1 second"):
        snowflake.run(sql(SLOW, "timeout: 1s"))


def test_a_refused_login_says_why(snowflake: Snowflake, monkeypatch: pytest.MonkeyPatch) -> None:
    snowflake.sql("ALTER USER denied SET DISABLED = TRUE")
    monkeypatch.setenv("AIRFLOW_CONN_DENIED", os.environ["AIRFLOW_CONN_SNOWFLAKE_DEFAULT"].replace("loader", "denied"))
    with pytest.raises(AirflowException, match="User access disabled: DENIED"):
        snowflake.run(sql("SELECT 1", "snowflake_conn_id: denied"))
