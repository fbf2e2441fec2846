"""Stages, unloading, and queries on files."""

import json

import duckdb
import pytest
from conftest import Session
from snowflake.connector.errors import ProgrammingError


def test_list_and_remove(session: Session) -> None:
    session.write("x/a.csv", "1\n")
    session.write("x/b.txt", "1\n")
    listed = session.rows("LIST @lake/x PATTERN = '.*csv'")
    assert [(row["name"], row["size"]) for row in listed] == [(f"s3://{session.bucket.name}/x/a.csv", 2)]
    session.run("REMOVE @lake/x PATTERN = '.*txt'")
    assert [file.name for file in (session.bucket / "x").iterdir()] == ["a.csv"]


def test_the_stages_own_format(session: Session) -> None:
    session.write("a.csv", "1;x\n")
    session.run(
        f"CREATE STAGE semi URL = 's3://{session.bucket.name}' STORAGE_INTEGRATION = i "
        "FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = ';')"
    )
    assert session.run("SELECT $1, $2 FROM @semi/a.csv") == [("1", "x")]
    (shown,) = [row for row in session.rows("SHOW STAGES") if row["name"] == "SEMI"]
    assert (shown["url"], shown["storage_integration"]) == (f"s3://{session.bucket.name}", "i")
    session.run("DROP STAGE semi")
    with pytest.raises(ProgrammingError, match=r"Stage .* does not exist"):
        session.run("LIST @semi")


def test_select_from_a_stage(session: Session) -> None:
    session.write_parquet("p/a.parquet", "SELECT 1 AS id, 'x' AS name")
    session.run("CREATE FILE FORMAT pq TYPE = PARQUET")
    query = "SELECT t.$1:id::NUMBER, METADATA$FILENAME FROM @lake/p/ (FILE_FORMAT => 'pq', PATTERN => '.*parquet') t"
    assert session.run(query) == [(1, "p/a.parquet")]
    session.run("CREATE TABLE made AS SELECT $1:name::VARCHAR AS name FROM @lake/p/ (FILE_FORMAT => 'pq')")
    assert session.run("SELECT * FROM made") == [("x",)]


def test_unload_csv(session: Session) -> None:
    session.run("CREATE TABLE t AS SELECT 1 AS id, 'x,y' AS name")
    form = "(TYPE = CSV COMPRESSION = NONE FIELD_OPTIONALLY_ENCLOSED_BY = '\"')"
    copy = f"COPY INTO @lake/out/ FROM t FILE_FORMAT = {form} HEADER = TRUE"
    assert session.rows(copy)[0]["rows_unloaded"] == 1
    assert (session.bucket / "out" / "data_0_0_0.csv").read_text() == 'ID,NAME\n1,"x,y"\n'
    with pytest.raises(ProgrammingError, match="OVERWRITE = TRUE"):
        session.run(copy)
    assert session.rows(f"{copy} OVERWRITE = TRUE MAX_FILE_SIZE = 1000")[0]["rows_unloaded"] == 1


def test_unload_parquet_and_json(session: Session) -> None:
    session.run("CREATE TABLE t AS SELECT 1 AS id, 'x' AS name")
    url = f"s3://{session.bucket.name}/out"
    session.run(f"COPY INTO '{url}/p' FROM (SELECT * FROM t) FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE")
    assert duckdb.sql(f"SELECT * FROM '{session.bucket}/out/p_0_0_0.snappy.parquet'").fetchall() == [(1, "x")]
    session.run(
        f"COPY INTO '{url}/one.json' FROM (SELECT OBJECT_CONSTRUCT('id', id, 'name', name) FROM t) "
        "FILE_FORMAT = (TYPE = JSON COMPRESSION = NONE) SINGLE = TRUE"
    )
    assert json.loads((session.bucket / "out" / "one.json").read_text()) == {"id": 1, "name": "x"}


def test_a_failed_unload_leaves_no_file(session: Session) -> None:
    with pytest.raises(ProgrammingError):
        session.run("COPY INTO @lake/out/ FROM (SELECT 'x'::NUMBER) FILE_FORMAT = (TYPE = CSV)")
    assert not [file for file in session.bucket.rglob("*") if file.is_file()]


def test_an_internal_stage(session: Session, tmp_path) -> None:
    (tmp_path / "a.csv").write_text("1,a\n")
    session.run("CREATE STAGE inside")
    session.run(f"PUT file://{tmp_path}/a.csv @inside AUTO_COMPRESS = FALSE")
    session.run("CREATE TABLE t (id NUMBER, name VARCHAR)")
    assert session.rows("COPY INTO t FROM @inside FILE_FORMAT = (TYPE = CSV)")[0]["rows_loaded"] == 1


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("CREATE STAGE g URL = 'gcs://x/'", "does not support the location 'gcs://x/'"),
        ("COPY INTO @lake/o FROM (SELECT 1) PARTITION BY ('x')", "PARTITION"),
        ("COPY INTO @lake/o FROM (SELECT 1) DETAILED_OUTPUT = TRUE", "unload option DETAILED_OUTPUT"),
        ("COPY INTO @lake/o FROM (SELECT 1 a, 2 b) FILE_FORMAT = (TYPE = JSON)", "one VARIANT column"),
        ("CREATE VIEW v AS SELECT $1 FROM @lake/x", "a view over a stage"),
        ("CREATE STAGE g URL = 's3://x/' NOTIFY = TRUE", "stage option NOTIFY"),
    ],
)
def test_what_is_wrong_is_said(session: Session, statement: str, message: str) -> None:
    with pytest.raises(ProgrammingError, match=message):
        session.run(statement)
