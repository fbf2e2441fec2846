"""Databases, schemas, context functions, results, and what clients see of failures."""

import threading
import time
from decimal import Decimal

import pytest
from conftest import Server, Session
from snowflake.connector.errors import DatabaseError, ProgrammingError


def test_databases(server: Server) -> None:
    with server.connect(database="D1") as connection:
        run = lambda sql: connection.cursor().execute(sql).fetchall()  # noqa: E731
        assert run("SELECT CURRENT_DATABASE(), CURRENT_SCHEMA()") == [("D1", "PUBLIC")]
        run("CREATE TABLE t (a INT)")
        run("CREATE OR REPLACE DATABASE d1")
        with pytest.raises(ProgrammingError, match="does not exist"):
            run("SELECT * FROM t")
        with pytest.raises(ProgrammingError, match="already exists"):
            run("CREATE DATABASE d1")
        run("DROP DATABASE d1")
        assert run("SELECT CURRENT_DATABASE()") == [(None,)]
        with pytest.raises(ProgrammingError, match="does not exist"):
            run("DROP DATABASE d1")
        assert run("DROP DATABASE IF EXISTS d1") == [("Drop statement executed successfully.",)]
    assert not (server.root / "databases" / "D1.db").exists()


def test_a_dropped_schema_takes_its_stages_with_it(session: Session) -> None:
    session.run("CREATE SCHEMA other")
    session.run("CREATE STAGE s2 URL = 's3://x/'")
    session.run("DROP SCHEMA other")
    session.run("CREATE SCHEMA other")
    with pytest.raises(ProgrammingError, match=r"Stage .* does not exist"):
        session.run("LIST @s2")


def test_a_database_and_a_schema_of_one_name(session: Session) -> None:
    session.run("CREATE OR REPLACE SCHEMA twin")
    session.run("CREATE OR REPLACE DATABASE twin")
    session.run("CREATE TABLE twin.public.t AS SELECT 1 AS a")
    session.run("USE SCHEMA tests.twin")
    session.run("USE SCHEMA twin.public")
    assert session.run("SELECT a FROM t") == [(1,)]
    session.run("DROP DATABASE twin")


def test_context_functions(session: Session) -> None:
    session.run("USE ROLE analyst")
    session.run("USE WAREHOUSE big")
    (row,) = session.rows(
        "SELECT CURRENT_USER(), CURRENT_ROLE(), CURRENT_WAREHOUSE() AS w, CURRENT_ACCOUNT(), CURRENT_VERSION()"
    )
    assert list(row.values()) == ["TESTER", "ANALYST", "BIG", "LOCAL", "10.0.0"]
    assert list(row)[:3] == ["CURRENT_USER()", "CURRENT_ROLE()", "W"]


def test_result_scan_is_a_table(session: Session) -> None:
    session.run("CREATE TABLE one (a INT)")
    session.run("CREATE TABLE two (a INT)")
    session.run("SHOW TABLES")
    assert session.run('SELECT "name" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())) WHERE "name" LIKE \'T%\'') == [("TWO",)]
    with pytest.raises(ProgrammingError, match="not found"):
        session.run("SELECT * FROM TABLE(RESULT_SCAN('0-0'))")


def test_sums_are_exact(session: Session) -> None:
    session.run("CREATE TABLE p (a NUMBER(20, 2))")
    session.run("INSERT INTO p VALUES (100000000000000000.01), (0.10), (0.10)")
    assert session.run("SELECT SUM(a), COUNT(*) FROM p") == [(Decimal("100000000000000000.21"), 3)]
    session.run("CREATE TABLE words (w VARCHAR)")
    session.run("INSERT INTO words VALUES ('1.5'), ('2')")
    assert session.run("SELECT SUM(w) FROM words") == [(3.5,)]


def test_types_that_only_duckdb_has(session: Session) -> None:
    assert session.run("SELECT [1, 2] AS a, {'K': 1} AS o, 1.5::FLOAT AS f") == [("[1,2]", '{"K":1}', 1.5)]


@pytest.mark.parametrize(
    "statement", ["SELECT * FROM nowhere", "SELEC 1", "SELECT nocolumn", "SELECT 'x'::NUMBER", "SELECT no_such_fn(1)"]
)
def test_every_failure_comes_at_once(session: Session, statement: str) -> None:
    started = time.monotonic()
    with pytest.raises(ProgrammingError):
        session.run(statement)
    assert time.monotonic() - started < 2


def test_writers_wait_for_each_other(server: Server, session: Session) -> None:
    session.run("CREATE TABLE counted (a INT)")
    failures: list[Exception] = []

    def write() -> None:
        try:
            with server.connect(schema="S") as connection:
                for number in range(10):
                    connection.cursor().execute(f"INSERT INTO counted VALUES ({number})")
                    connection.cursor().execute("UPDATE counted SET a = a + 1")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert session.value("SELECT COUNT(*) FROM counted") == 30


def test_a_timeout_cancels_the_statement(server: Server) -> None:
    with server.connect() as connection:
        with pytest.raises(ProgrammingError, match=r"canceled|timeout"):
            connection.cursor().execute("SELECT COUNT(*) FROM RANGE(100000000000) a, RANGE(1000) b", timeout=1)
        assert connection.cursor().execute("SELECT 1").fetchall() == [(1,)]


def test_an_idle_session_ends(tmp_path) -> None:
    from conftest import running

    with running(tmp_path, "--idle-seconds", "0.4") as server:
        connection = server.connect()
        assert connection.cursor().execute("SELECT 1").fetchall() == [(1,)]
        time.sleep(1)
        with pytest.raises(DatabaseError, match="Session no longer exists"):
            connection.cursor().execute("SELECT 1")
