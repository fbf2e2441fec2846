"""Redshift tables that a run has changed: asked of the real local Redshift."""

from __future__ import annotations

import io
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
import redshift_connector
from airflow_fixture import CHECKOUT
from rich.console import Console

from dagspec.run.ports import LOOPBACK, free_port
from dagspec.run.report import print_tables
from dagspec.run.snowflake_tables import find_snowflake_tables
from dagspec.run.tables import TablesError, find_tables, running_port

SOME = "SELECT n AS id, 'x' AS name FROM generate_series(1, {rows}) AS n"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a local cloud without Spark."""
    log = tmp_path_factory.mktemp("cloud") / "log"
    ports = ["--port", "0", "--redshift-port", "0", "--snowflake-port", "0"]
    options = ["--root", str(log.parent / "root"), *ports, "--spark", "cold"]
    command = [str(CHECKOUT / ".venv-localcloud/bin/python"), "-m", "localcloud", "serve", *options]
    with log.open("w") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, cwd=CHECKOUT)
    yield _address(log, server)
    server.terminate()
    server.wait(20)


def _address(log: Path, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while not (ready := re.search(r"READY (\S+)", log.read_text())):
        assert server.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return ready[1]


@pytest.fixture(scope="module")
def untouched(cloud: str) -> list:
    """What is found before anybody has connected."""
    assert running_port(cloud, "Redshift") is None
    return find_tables(cloud, datetime.now(UTC))


@pytest.fixture
def sql(cloud: str, untouched: list):
    """Run statements in a database, each committed, as a pipeline does."""
    port = httpx.get(f"{cloud}/_localcloud/status", trust_env=False).json()["redshift"]["port"]

    def run(*statements: str, database: str = "dev") -> None:
        arguments = {"host": LOOPBACK, "port": port, "user": "awsuser", "password": "local", "ssl": False}
        with closing(redshift_connector.connect(database=database, **arguments)) as connection:
            connection.autocommit = True
            for statement in statements:
                connection.cursor().execute(statement)

    return run


def changed(cloud: str, since: datetime) -> dict[str, int]:
    return {table.path: table.content.rows for table in find_tables(cloud, since)}


def test_asking_does_not_start_an_unused_redshift(cloud: str, untouched: list) -> None:
    assert untouched == []


def test_asking_does_not_start_an_unused_snowflake(cloud: str, tmp_path: Path) -> None:
    assert find_snowflake_tables(cloud, tmp_path / "unread", datetime.now(UTC)) == []
    status = httpx.get(f"{cloud}/_localcloud/status", trust_env=False).json()
    assert (status["snowflake"]["state"], status["snowflake"]["pid"]) == ("waiting", None)


def test_only_tables_written_since_then_are_found(cloud: str, sql) -> None:
    sql(
        "CREATE SCHEMA a",
        f"CREATE TABLE a.old AS {SOME.format(rows=2)}",
        f"CREATE TABLE a.new AS {SOME.format(rows=2)}",
    )
    since = datetime.now(UTC)
    assert changed(cloud, since) == {}
    sql("INSERT INTO a.new VALUES (3, 'y')", "CREATE TABLE a.empty (id int)", "CREATE VIEW a.seen AS SELECT 1 AS x")
    assert changed(cloud, since) == {"dev.a.new": 3}


def test_rows_written_again_count_as_changed(cloud: str, sql) -> None:
    sql(f"CREATE TABLE again AS {SOME.format(rows=2)}")
    since = datetime.now(UTC)
    sql("BEGIN", "DELETE FROM again", f"INSERT INTO again {SOME.format(rows=2)}", "COMMIT")
    assert changed(cloud, since) == {"dev.public.again": 2}


def test_other_databases_and_odd_names(cloud: str, sql) -> None:
    since = datetime.now(UTC)
    sql('CREATE TABLE "Odd ""name""" ("a b" int)', 'INSERT INTO "Odd ""name""" VALUES (1)', database="sales")
    (table,) = find_tables(cloud, since)
    assert table.path.startswith("sales.public.")
    assert table.content.columns == ["a b"]


def test_small_tables_are_shown_whole_and_large_ones_begin(cloud: str, sql) -> None:
    since = datetime.now(UTC)
    sql(
        "CREATE TABLE totals (place bigint, total decimal(18,2))", "INSERT INTO totals VALUES (7, 12.50), (74, 1003.10)"
    )
    sql(f"CREATE TABLE many AS {SOME.format(rows=1000)}")
    many, totals = find_tables(cloud, since)
    assert totals.content.sample == [
        {"place": 7, "total": Decimal("12.50")},
        {"place": 74, "total": Decimal("1003.10")},
    ]
    console = Console(width=80, record=True, file=io.StringIO())
    print_tables(console, [many, totals])
    text = console.export_text()
    assert "Redshift dev.public.many (1,000 rows, 2 columns; the first 20)" in text
    lines = [line.rstrip() for line in text.splitlines()]
    assert lines[-4:] == [
        "Redshift dev.public.totals (2 rows, 2 columns)",
        "place    total",
        "    7    12.50",
        "   74  1003.10",
    ]


def test_a_cloud_that_does_not_answer_is_one_line() -> None:
    with pytest.raises(TablesError, match=r"^the local cloud does not tell its state: [^\n]+$"):
        find_tables(f"http://{LOOPBACK}:{free_port()}", datetime.now(UTC))
