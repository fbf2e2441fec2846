"""What survives a restart, and the server's sudden death."""

import shutil
import signal
import subprocess
import sys

import duckdb
from conftest import REPOSITORY, running


def test_everything_survives_sigkill_and_a_move(tmp_path) -> None:
    folder, moved = tmp_path / "one", tmp_path / "two"
    file = folder / "s3" / "lake" / "p" / "a.parquet"
    file.parent.mkdir(parents=True)
    duckdb.sql(f"COPY (SELECT 1 AS a) TO '{file}' (FORMAT parquet)")
    (folder / "s3" / "lake" / "c.csv").write_text("1\n")
    with running(folder) as server, server.connect(database="D", schema="S") as connection:
        for statement in (
            "CREATE STAGE lake URL = 's3://lake/' STORAGE_INTEGRATION = i FILE_FORMAT = (TYPE = PARQUET)",
            "CREATE FILE FORMAT f TYPE = CSV",
            "CREATE EXTERNAL TABLE e (a NUMBER AS (VALUE:a::NUMBER)) LOCATION = @lake/p/",
            "CREATE TABLE t (a NUMBER(10, 2))",
            "COPY INTO t FROM @lake/c.csv FILE_FORMAT = f",
            "CREATE VIEW v AS SELECT a + 1 AS b FROM e",
        ):
            connection.cursor().execute(statement)
        server.stop(signal.SIGKILL)
    shutil.move(folder, moved)
    with running(moved) as server, server.connect(database="D", schema="S") as connection:
        run = lambda sql: connection.cursor().execute(sql).fetchall()  # noqa: E731
        assert run("SELECT a FROM e") == [(1,)]
        assert run("SELECT b FROM v") == [(2,)]
        assert run("SELECT a FROM t") == [(1,)]
        assert run("COPY INTO t FROM @lake/c.csv FILE_FORMAT = f") == [("Copy executed with 0 files processed.",)]
        assert [row[1] for row in run("SHOW EXTERNAL TABLES")] == ["E"]


def test_a_second_server_is_refused(server) -> None:
    command = [
        sys.executable,
        "-m",
        "localcloud.snowflake",
        "serve",
        "--root",
        str(server.root),
        "--s3-root",
        str(server.s3),
    ]
    second = subprocess.run([*command, "--port", "0"], cwd=REPOSITORY, capture_output=True, text=True, timeout=30)
    assert second.returncode == 2
    assert f"process {server.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_port_in_use_is_refused(server, tmp_path) -> None:
    command = [
        sys.executable,
        "-m",
        "localcloud.snowflake",
        "serve",
        "--root",
        str(tmp_path),
        "--s3-root",
        str(tmp_path),
    ]
    second = subprocess.run(
        [*command, "--port", str(server.port)], cwd=REPOSITORY, capture_output=True, text=True, timeout=30
    )
    assert (second.returncode, second.stderr.count("\n")) == (2, 1)
    assert "choose another --port" in second.stderr
