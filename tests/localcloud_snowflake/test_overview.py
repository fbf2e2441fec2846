"""Which tables were written, and what is in them, as `/_localcloud/tables` tells."""

import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import DATABASE, Server, Session


def overview(server: Server, since: datetime, rows: int = 20) -> dict[str, dict[str, Any]]:
    """Table → what is told of it, of the schema S."""
    trusted = ssl.create_default_context(cafile=str(server.bundle))
    query = urllib.parse.urlencode({"since": since.isoformat(), "rows": rows})
    url = f"https://localhost:{server.port}/_localcloud/tables?{query}"
    with urllib.request.urlopen(url, context=trusted, timeout=5) as answer:
        told = json.load(answer)
    return {one["name"]: one for one in told if (one["database"], one["schema"]) == (DATABASE, "S")}


@pytest.fixture
def tables(session: Session) -> Session:
    session.write_parquet("iris/a.parquet", "SELECT 'setosa' AS CLASS_NAME, 50 AS N")
    session.run("CREATE TABLE t (id NUMBER)")
    columns = "(c VARCHAR AS (VALUE:CLASS_NAME::VARCHAR))"
    session.run(f"CREATE EXTERNAL TABLE e {columns} LOCATION = @lake/iris/ FILE_FORMAT = (TYPE = PARQUET)")
    return session


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("INSERT INTO t VALUES (1)", "T"),
        ("insert overwrite into s.t select 2", "T"),
        ("UPDATE t SET id = 3 -- all of them", "T"),
        ("DELETE FROM tests.s.t", "T"),
        ("MERGE INTO t USING (SELECT 2 AS id) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)", "T"),
        ("COPY INTO t FROM (SELECT $1:N FROM @lake/iris/) FILE_FORMAT = (TYPE = PARQUET)", "T"),
        ("TRUNCATE TABLE t", "T"),
        ('CREATE OR REPLACE TABLE "Odd" AS SELECT 1 AS a', "Odd"),
        ("ALTER EXTERNAL TABLE e REFRESH", "E"),
    ],
)
def test_what_writes_a_table(server: Server, tables: Session, statement: str, table: str) -> None:
    before = datetime.now(UTC)
    tables.run(statement)
    assert list(overview(server, before)) == [table]


@pytest.mark.parametrize(
    "statement",
    ["SELECT * FROM t", "CREATE TABLE IF NOT EXISTS t (id NUMBER)", "SHOW TABLES", "CREATE VIEW v AS SELECT 1 AS a"],
)
def test_what_does_not(server: Server, tables: Session, statement: str) -> None:
    before = datetime.now(UTC)
    tables.run(statement)
    assert list(overview(server, before)) == []


def test_a_statement_that_fails_writes_nothing(server: Server, tables: Session) -> None:
    before = datetime.now(UTC)
    with pytest.raises(Exception, match=r"(?i)nowhere"):
        tables.run("INSERT INTO t SELECT * FROM nowhere")
    assert list(overview(server, before)) == []


def test_the_first_rows_are_shown(server: Server, session: Session) -> None:
    before = datetime.now(UTC)
    session.run(
        "CREATE TABLE many AS SELECT SEQ4() AS n, '2024-01-31'::DATE AS day FROM TABLE(GENERATOR(ROWCOUNT => 9))"
    )
    many = overview(server, before, rows=2)["MANY"]
    assert (many["count"], many["columns"]) == (9, ["N", "DAY"])
    assert many["rows"] == [[0, "2024-01-31"], [1, "2024-01-31"]]


def test_an_external_table_is_shown_without_the_row_as_a_value(server: Server, tables: Session) -> None:
    before = datetime.now(UTC)
    tables.run("ALTER EXTERNAL TABLE e REFRESH")
    assert overview(server, before)["E"]["columns"] == ["C"]
    assert overview(server, before)["E"]["rows"] == [["setosa"]]


def test_a_dropped_table_is_not_shown(server: Server, tables: Session) -> None:
    before = datetime.now(UTC)
    tables.run("INSERT INTO t VALUES (1)")
    tables.run("DROP TABLE t")
    assert overview(server, before) == {}


def test_a_moment_without_a_zone_is_refused(server: Server) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400"):
        overview(server, datetime(2024, 1, 31))
