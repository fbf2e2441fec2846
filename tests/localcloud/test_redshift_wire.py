"""The port of the local Redshift: drivers, transactions, sessions, and what happens when something dies."""

from __future__ import annotations

import contextlib
import datetime
import os
import signal
import socket
import threading
import time
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
import redshift_connector
import warehouse
from cloud import BUCKET, Cloud, serving, wait_for
from test_server import refused
from warehouse import Warehouse, in_background, postgres_processes, refusal, run


@pytest.fixture(scope="module")
def redshift(cloud: Cloud) -> Warehouse:
    return warehouse.of(cloud, "wire")


def test_values_come_back_as_they_went_in(redshift: Warehouse) -> None:
    values = (1, 2**40, Decimal("12.50"), 1.5, "it's \\ é", True, datetime.date(2024, 2, 29), None)
    moment = datetime.datetime(2024, 1, 2, 3, 4, 5, 678)
    types = "a int, b bigint, c numeric(10,2), d float8, e varchar(20), f boolean, g date, h int, i timestamp"
    with redshift.table(types) as table:
        redshift.rows(f"INSERT INTO {table} VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s)", (*values, moment))
        assert redshift.rows(f"SELECT * FROM {table}") == [[*values, moment]]


def test_it_calls_itself_redshift(redshift: Warehouse) -> None:
    assert "Redshift" in redshift.rows("SELECT version()")[0][0]
    with redshift.psycopg() as connection:
        assert connection.info.parameter_status("server_version") == "8.0.2"


def test_super_has_redshifts_type_number(redshift: Warehouse) -> None:
    with contextlib.closing(redshift.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT json_parse('[1]') AS s")
        assert cursor.description[0][:2] == ("s", 4000)


def test_any_user_and_any_database(redshift: Warehouse) -> None:
    for user, database in (("Analyst", "sales-2024"), ("o'neil", 'q"x')):
        with contextlib.closing(redshift.connect(user=user, database=database)) as connection:
            assert run(connection, "SELECT current_user, current_database()") == [[user, database]]


@pytest.mark.parametrize("user", ["public", "pg_me"])
def test_a_reserved_name_is_refused_in_words(redshift: Warehouse, user: str) -> None:
    with pytest.raises(redshift_connector.Error, match=f'no user can be called "{user}"'):
        redshift.connect(user=user)


def test_many_new_users_at_once(redshift: Warehouse) -> None:
    def connect(number: int) -> None:
        with contextlib.closing(redshift.connect(user=f"user{number % 3}", database=f"base{number % 2}")) as connection:
            found.extend(run(connection, "SELECT current_user"))

    found: list[list[str]] = []
    threads = [threading.Thread(target=connect, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == [["user0"], ["user0"], ["user1"], ["user1"], ["user2"], ["user2"]]


def test_rollback_and_commit(redshift: Warehouse) -> None:
    with redshift.table("a int") as table, contextlib.closing(redshift.connect(autocommit=False)) as connection:
        run(connection, f"INSERT INTO {table} VALUES (1)")
        connection.rollback()
        run(connection, f"INSERT INTO {table} VALUES (2)")
        connection.commit()
        assert redshift.rows(f"SELECT * FROM {table}") == [[2]]


def test_an_error_of_the_proxy_fails_the_transaction_too(redshift: Warehouse) -> None:
    with redshift.table("a int") as table, contextlib.closing(redshift.connect(autocommit=False)) as connection:
        run(connection, f"INSERT INTO {table} VALUES (1)")
        assert refusal(connection, "CREATE INDEX i ON t (a)")["C"] == "0A000"
        assert refusal(connection, "SELECT 1")["C"] == "25P02"
        connection.rollback()
        assert run(connection, f"SELECT * FROM {table}") == []


def test_truncate_commits_as_on_redshift(redshift: Warehouse) -> None:
    with redshift.table("a int") as table, contextlib.closing(redshift.connect(autocommit=False)) as connection:
        run(connection, f"INSERT INTO {table} VALUES (1)")
        run(connection, f"TRUNCATE {table}")
        connection.rollback()
        assert redshift.rows(f"SELECT * FROM {table}") == []


def test_several_statements_in_one_message_succeed_or_fail_together(cloud: Cloud, redshift: Warehouse) -> None:
    cloud.put("wire/one.csv", "7\n")
    copy = f"COPY loaded FROM 's3://{BUCKET}/wire/one.csv' IAM_ROLE default CSV"
    with redshift.table("a int"), redshift.psycopg(autocommit=True) as connection:
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute(f"INSERT INTO loaded VALUES (1); {copy}; SELECT * FROM nowhere")
        assert connection.execute("SELECT * FROM loaded").fetchall() == []
        connection.execute(f"INSERT INTO loaded VALUES (1); {copy}; SELECT 1")
        assert connection.execute("SELECT * FROM loaded ORDER BY 1").fetchall() == [(1,), (7,)]
        connection.execute(f"BEGIN; DELETE FROM loaded; COMMIT; {copy}")
        assert connection.execute("SELECT * FROM loaded").fetchall() == [(7,)]


def test_prepared_statements_and_pipelines(cloud: Cloud, redshift: Warehouse) -> None:
    cloud.put("wire/one.csv", "7\n")
    copy = f"COPY loaded FROM 's3://{BUCKET}/wire/one.csv' IAM_ROLE default CSV"
    with redshift.table("a int"), redshift.psycopg(autocommit=True) as connection:
        for _ in range(2):
            connection.execute(copy, prepare=True)
        with connection.pipeline():
            first = connection.execute("SELECT nvl(%s::int, 5)", [None])
            connection.execute(copy)
            last = connection.execute("SELECT count(*) FROM loaded")
        assert (first.fetchone(), last.fetchone()) == ((5,), (3,))


def test_an_error_within_a_pipeline_skips_the_rest(redshift: Warehouse) -> None:
    with redshift.table("a int"), redshift.psycopg(autocommit=True) as connection:
        with pytest.raises(psycopg.errors.FeatureNotSupported), connection.pipeline():
            connection.execute("CREATE INDEX i ON loaded (a)")
            connection.execute("INSERT INTO loaded VALUES (1)")
        assert connection.execute("SELECT * FROM loaded").fetchall() == []


def test_one_prepared_statement_is_one_statement(redshift: Warehouse) -> None:
    assert "multiple commands" in redshift.error("SELECT 1; SELECT 2")["M"]


def test_a_query_is_cancelled(redshift: Warehouse) -> None:
    with redshift.psycopg(autocommit=True) as connection:
        timer = threading.Timer(0.2, connection.cancel)
        timer.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(30)")
        timer.join()
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_client_that_goes_takes_its_query_along(redshift: Warehouse) -> None:
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(31%'"
    connection = redshift.connect()
    with in_background(connection, "SELECT pg_sleep(31)") as query:
        wait_for("the query to run", lambda: redshift.rows(running) == [[1]])
        connection._usock.shutdown(socket.SHUT_RDWR)
        assert query.exception(10)
    wait_for("the query to end", lambda: redshift.rows(running) == [[0]], 10)


def test_noise_on_the_port_harms_nobody(redshift: Warehouse) -> None:
    for noise in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 64, b"\0\0\0\x08\x04\xd2\x16\x2f" + b"\xff" * 20):
        with socket.create_connection(("127.0.0.1", redshift.port)) as client:
            client.sendall(noise)
    assert redshift.rows("SELECT 1") == [[1]]


def test_a_password_reaches_no_log(cloud: Cloud, redshift: Warehouse) -> None:
    redshift.error(f"COPY t FROM 's3://{BUCKET}/x' CREDENTIALS 'aws_secret_access_key=hush-hush'")
    redshift.error(f"COPY t FROM 's3://{BUCKET}/x' 'hush-hush'")
    redshift.rows("CREATE USER carol PASSWORD 'hush-hush'")
    for log in (cloud.root / "redshift" / "postgres.log", cloud.root.with_name("cloud.err")):
        assert "hush-hush" not in log.read_text()


def test_a_busy_port_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        message = refused(tmp_path / "cloud", "--port", "0", "--snowflake-port", "0", "--redshift-port", port)
    assert f"port {port} for Redshift cannot be used" in message


def test_postgres_starts_late_and_data_survive_restarts(tmp_path: Path) -> None:
    with serving(tmp_path / "cloud", "--spark", "cold") as cloud:
        assert cloud.status()["redshift"]["state"] == "idle"
        assert not (cloud.root / "redshift").exists()
        warehouse.of(cloud).rows("CREATE TABLE kept AS SELECT 1 AS a")
        assert cloud.status()["redshift"]["state"] == "running"
    assert postgres_processes(cloud) == []
    with serving(tmp_path / "cloud", "--spark", "cold") as cloud:
        assert warehouse.of(cloud).rows("SELECT * FROM kept") == [[1]]
        cloud.process.kill()
        wait_for("PostgreSQL to end with its server", lambda: not postgres_processes(cloud), 10)
        lock = cloud.root / "redshift" / "run" / ".s.PGSQL.5432.lock"
        lock.write_text(lock.read_text().replace(lock.read_text().split()[0], str(os.getpid()), 1))  # a used number
    with serving(tmp_path / "cloud", "--spark", "cold") as cloud:
        assert warehouse.of(cloud).rows("SELECT * FROM kept") == [[1]]


def test_a_long_root_has_a_short_socket(tmp_path: Path) -> None:
    with serving(tmp_path / ("long" * 30), "--spark", "cold") as cloud:
        assert warehouse.of(cloud).rows("SELECT 1") == [[1]]


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    """A cloud whose PostgreSQL may die."""
    with serving(tmp_path_factory.mktemp("fragile") / "cloud", "--spark", "cold") as cloud:
        cloud.s3.create_bucket(Bucket=BUCKET)
        cloud.put("big.csv", b"".join(b"%d,some text that takes room\n" % number for number in range(400_000)))
        yield cloud


COPY_BIG = f"COPY loaded FROM 's3://{BUCKET}/big.csv' IAM_ROLE default CSV"


@pytest.mark.parametrize("victim", ["server", "session"])
def test_postgres_killed_in_the_middle_of_a_copy(fragile: Cloud, victim: str) -> None:
    redshift = warehouse.of(fragile)
    with redshift.table("a int, b varchar(40)"):
        with in_background(redshift.connect(), COPY_BIG) as copy:
            session = wait_for("rows to arrive", lambda: copying(redshift), 20)
            os.kill(session if victim == "session" else fragile.status()["redshift"]["pid"], signal.SIGKILL)
            assert isinstance(copy.exception(20), (redshift_connector.Error, OSError))
        assert redshift.rows("SELECT count(*) FROM loaded") == [[0]]
        redshift.rows(COPY_BIG)
        assert redshift.rows("SELECT count(*), sum(a) FROM loaded") == [[400_000, 79_999_800_000]]


def test_the_client_vanishes_in_the_middle_of_a_copy(fragile: Cloud) -> None:
    redshift = warehouse.of(fragile)
    connection = redshift.connect()
    with redshift.table("a int, b varchar(40)"):
        with in_background(connection, COPY_BIG) as copy:
            wait_for("rows to arrive", lambda: copying(redshift), 20)
            connection._usock.shutdown(socket.SHUT_RDWR)
            assert copy.exception(10)
        wait_for("the COPY to end", lambda: not copying(redshift), 10)
        assert redshift.rows("SELECT count(*) FROM loaded") == [[0]]


def test_a_copy_does_not_hold_up_other_sessions(fragile: Cloud) -> None:
    redshift = warehouse.of(fragile)
    with redshift.table("a int, b varchar(40)"), contextlib.closing(redshift.connect()) as other:
        with in_background(redshift.connect(), COPY_BIG) as copy:
            wait_for("rows to arrive", lambda: copying(redshift), 20)
            began = time.monotonic()
            assert run(other, "SELECT count(*) FROM loaded") == [[0]]
            waited = time.monotonic() - began
            assert copy.result(30) == []
        assert waited < 1


def copying(redshift: Warehouse) -> int | None:
    """The process of a COPY that has received rows."""
    rows = redshift.rows("SELECT pid FROM pg_stat_progress_copy WHERE tuples_processed > 0")
    return rows[0][0] if rows else None
