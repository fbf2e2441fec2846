"""COPY INTO <table>: each file once, all files or none."""

import gzip

import pytest
from conftest import Server, Session
from snowflake.connector.errors import ProgrammingError

NOTHING = [("Copy executed with 0 files processed.",)]
COPY = "COPY INTO t FROM @lake/csv/ FILE_FORMAT = (TYPE = CSV)"


@pytest.fixture
def table(session: Session) -> Session:
    session.run("CREATE TABLE t (id NUMBER, name VARCHAR)")
    session.write("csv/a.csv", "1,a\n2,b\n")
    return session


def test_a_file_is_loaded_once(table: Session) -> None:
    loaded = table.rows(COPY)
    assert [(row["status"], row["rows_loaded"]) for row in loaded] == [("LOADED", 2)]
    assert table.run(COPY) == NOTHING
    assert table.value("SELECT COUNT(*) FROM t") == 2


def test_a_changed_file_is_loaded_again(table: Session) -> None:
    table.run(COPY)
    table.write("csv/a.csv", "3,c\n")
    assert table.rows(COPY)[0]["rows_loaded"] == 1


def test_force_loads_again(table: Session) -> None:
    table.run(COPY)
    assert table.run(f"{COPY} FORCE = FALSE") == NOTHING
    assert table.rows(f"{COPY} FORCE = TRUE")[0]["rows_loaded"] == 2


@pytest.mark.parametrize(
    ("statement", "again"),
    [
        ("CREATE TABLE IF NOT EXISTS t (id NUMBER, name VARCHAR)", False),
        ("DELETE FROM t", False),
        ("TRUNCATE TABLE t", True),
        ("CREATE OR REPLACE TABLE t (id NUMBER, name VARCHAR)", True),
    ],
)
def test_what_makes_a_table_forget_its_files(table: Session, statement: str, again: bool) -> None:
    table.run(COPY)
    table.run(statement)
    assert (table.run(COPY) != NOTHING) is again


def test_a_dropped_table_forgets_its_files(table: Session) -> None:
    table.run(COPY)
    table.run("DROP TABLE t")
    table.run("CREATE TABLE t (id NUMBER, name VARCHAR)")
    assert table.rows(COPY)[0]["rows_loaded"] == 2


def test_a_bad_value_loads_nothing_and_says_where(table: Session) -> None:
    table.write("csv/b.csv", "3,c\nfour,d\n")
    with pytest.raises(ProgrammingError, match=r"(?s)'four' is no .*column ID.*b\.csv', row 2") as caught:
        table.run(COPY)
    assert caught.value.errno == 100038
    assert table.value("SELECT COUNT(*) FROM t") == 0
    (table.bucket / "csv" / "b.csv").unlink()
    assert table.rows(COPY)[0]["rows_loaded"] == 2


def test_on_error(table: Session) -> None:
    table.write("csv/b.csv", "3,c\nfour,d\n")
    skipped = {row["file"][-5:]: row["status"] for row in table.rows(f"{COPY} ON_ERROR = SKIP_FILE")}
    assert skipped == {"a.csv": "LOADED", "b.csv": "LOAD_FAILED"}
    (partly,) = table.rows(f"{COPY} ON_ERROR = 'CONTINUE'")
    assert (partly["status"], partly["rows_parsed"], partly["rows_loaded"], partly["errors_seen"]) == (
        "PARTIALLY_LOADED",
        2,
        1,
        1,
    )
    assert table.run("SELECT id FROM t ORDER BY 1") == [(1,), (2,), (3,)]


def test_another_number_of_columns_is_an_error(table: Session) -> None:
    table.write("csv/a.csv", "1,a,x\n")
    with pytest.raises(ProgrammingError, match="Expected Number of Columns: 2 Found: 3"):
        table.run(COPY)
    table.write("csv/a.csv", "1\n")
    with pytest.raises(ProgrammingError, match="Expected Number of Columns: 2 Found: 1"):
        table.run(COPY)
    assert table.rows("COPY INTO t FROM @lake/csv/ FILE_FORMAT = (TYPE = CSV ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE)")
    assert table.run("SELECT * FROM t") == [(1, None)]


def test_a_trailing_blank_line_is_no_row(table: Session) -> None:
    table.write("csv/a.csv", "1,a\n\n")
    assert table.rows(COPY)[0]["rows_loaded"] == 1


def test_pattern_files_and_prefix(table: Session) -> None:
    table.write("csv/b.txt", "3,c\n")
    assert table.rows(f"{COPY} PATTERN = '.*[.]txt'")[0]["file"].endswith("/csv/b.txt")
    assert table.rows("COPY INTO t FROM @lake/csv/ FILES = ('a.csv') FILE_FORMAT = (TYPE = CSV)")[0]["rows_loaded"] == 2
    with pytest.raises(ProgrammingError, match=r"Remote file '.*/csv/none\.csv' was not found"):
        table.run("COPY INTO t FROM @lake/csv/ FILES = ('none.csv') FILE_FORMAT = (TYPE = CSV)")


def test_format_options(table: Session) -> None:
    (table.bucket / "csv" / "a.csv").unlink()
    text = 'id|name\n1|"x|y"\n2|NULL\n3|\n4|""\n'
    (table.bucket / "csv" / "a.csv.gz").write_bytes(gzip.compress(text.encode()))
    table.run(
        "CREATE FILE FORMAT f TYPE = CSV SKIP_HEADER = 1 FIELD_DELIMITER = '|' "
        "FIELD_OPTIONALLY_ENCLOSED_BY = '\"' NULL_IF = ('NULL', '\\\\N')"
    )
    table.run("COPY INTO t FROM @lake/csv/ FILE_FORMAT = f")
    assert table.run("SELECT * FROM t ORDER BY id") == [(1, "x|y"), (2, None), (3, None), (4, "")]


def test_parquet_by_column_name(table: Session) -> None:
    table.write_parquet("p/a.parquet", "SELECT 'x' AS Name, 7 AS ID, 1 AS other")
    copy = "COPY INTO t FROM @lake/p/ FILE_FORMAT = (TYPE = PARQUET)"
    with pytest.raises(ProgrammingError, match="MATCH_BY_COLUMN_NAME"):
        table.run(copy)
    table.run(f"{copy} MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE")
    assert table.run("SELECT * FROM t") == [(7, "x")]
    table.run(f"{copy} MATCH_BY_COLUMN_NAME = CASE_SENSITIVE FORCE = TRUE")
    assert table.run("SELECT * FROM t ORDER BY name NULLS LAST") == [(7, "x"), (7, None)]


def test_json_into_a_variant_and_by_name(table: Session) -> None:
    table.write("j/a.json", '{"id": 1, "name": "x"}\n{"id": 2, "name": null}\n')
    table.run("CREATE TABLE v (j VARIANT)")
    table.run("COPY INTO v FROM @lake/j/ FILE_FORMAT = (TYPE = JSON)")
    assert table.run("SELECT j:id::NUMBER, j:name::VARCHAR FROM v") == [(1, "x"), (2, None)]
    table.run("COPY INTO t FROM @lake/j/ FILE_FORMAT = (TYPE = JSON) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE")
    assert table.run("SELECT * FROM t") == [(1, "x"), (2, None)]


def test_from_a_select(table: Session) -> None:
    query = "SELECT UPPER(s.$2), s.$1::NUMBER * 10 FROM @lake/csv/ s"
    table.run(f"COPY INTO t (name, id) FROM ({query}) FILE_FORMAT = (TYPE = CSV)")
    assert table.run("SELECT * FROM t ORDER BY id") == [(10, "A"), (20, "B")]
    table.write("j/a.json", '{"name": "json"}')
    table.run("COPY INTO t (name) FROM (SELECT $1:name FROM @lake/j/) FILE_FORMAT = (TYPE = JSON)")
    assert table.run("SELECT name FROM t WHERE id IS NULL") == [("json",)]


def test_from_a_url_and_purge(table: Session) -> None:
    table.run(f"COPY INTO t FROM 's3://{table.bucket.name}/csv/a.csv' FILE_FORMAT = (TYPE = CSV) PURGE = TRUE")
    assert table.value("SELECT COUNT(*) FROM t") == 2
    assert not (table.bucket / "csv" / "a.csv").exists()


def test_from_a_url_with_an_integration(table: Session) -> None:
    """And with encryption: both have no effect, and are no reason to load nothing."""
    url = f"s3://{table.bucket.name}/csv/"
    more = "STORAGE_INTEGRATION = lake ENCRYPTION = (TYPE = 'AWS_SSE_S3')"
    assert table.rows(f"COPY INTO t FROM '{url}' {more} FILE_FORMAT = (TYPE = CSV)")[0]["rows_loaded"] == 2


def test_a_rolled_back_load_can_be_repeated(table: Session) -> None:
    table.run("BEGIN")
    table.run(COPY)
    table.run("ROLLBACK")
    assert table.value("SELECT COUNT(*) FROM t") == 0
    assert table.rows(COPY)[0]["rows_loaded"] == 2


def test_a_load_without_autocommit_waits_for_the_commit(server: Server, table: Session) -> None:
    with server.connect(schema="S", autocommit=False) as connection:
        connection.cursor().execute(COPY)
        assert table.value("SELECT COUNT(*) FROM t") == 0
        connection.rollback()
        assert connection.cursor().execute(COPY).fetchall() != NOTHING
        connection.commit()
    assert table.value("SELECT COUNT(*) FROM t") == 2
    assert table.run(COPY) == NOTHING


def test_load_history_is_a_view(table: Session) -> None:
    table.run(COPY)
    query = (
        "SELECT table_name, row_count FROM information_schema.load_history WHERE schema_name = 'S' AND table_name = 'T'"
    )
    assert table.run(query) == [("T", 2)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("VALIDATION_MODE = RETURN_ERRORS", "does not support the copy option VALIDATION_MODE"),
        ("ON_ERROR = SKIP_FILE_3", "does not support ON_ERROR = SKIP_FILE_3"),
        ("ON_ERROR = MAYBE", "Invalid value 'MAYBE' for ON_ERROR"),
        ("FORCE = SOMETIMES", "FORCE is TRUE or FALSE"),
        ("FILE_FORMAT = (TYPE = CSV ESCAPE = '!')", "does not support ESCAPE = '!'"),
        ("FILE_FORMAT = (TYPE = AVRO)", "does not support files of TYPE = AVRO"),
        ("FILE_FORMAT = nowhere", "File format 'NOWHERE' does not exist"),
        ("PATTERN = '['", r"Invalid PATTERN '\['"),
    ],
)
def test_what_is_wrong_is_said(table: Session, options: str, message: str) -> None:
    with pytest.raises(ProgrammingError, match=message):
        table.run(f"COPY INTO t FROM @lake/csv/ {options}")
