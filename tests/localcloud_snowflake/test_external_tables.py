"""External tables show what the last REFRESH found."""

import datetime

import pytest
from conftest import Session
from snowflake.connector.errors import ProgrammingError

CREATE = """
CREATE EXTERNAL TABLE iris (
  class_name VARCHAR AS (VALUE:CLASS_NAME::VARCHAR), n NUMBER AS (VALUE:N::NUMBER)
) LOCATION = @lake/iris/ FILE_FORMAT = (TYPE = PARQUET) AUTO_REFRESH = FALSE
"""


@pytest.fixture
def iris(session: Session) -> Session:
    session.write_parquet("iris/a.parquet", "SELECT 'setosa' AS CLASS_NAME, 50 AS N")
    session.run(CREATE)
    return session


def test_new_files_appear_only_after_refresh(iris: Session) -> None:
    iris.write_parquet("iris/b.parquet", "SELECT 'virginica' AS CLASS_NAME, 50 AS N")
    assert iris.run("SELECT class_name FROM iris") == [("setosa",)]
    refreshed = iris.run("ALTER EXTERNAL TABLE iris REFRESH")
    assert refreshed == [(f"s3://{iris.bucket.name}/iris/b.parquet", "REGISTERED_NEW", "File registered successfully.")]
    assert iris.run("SELECT class_name FROM iris ORDER BY 1") == [("setosa",), ("virginica",)]


def test_a_deleted_file_is_an_error_until_refresh(iris: Session) -> None:
    (iris.bucket / "iris" / "a.parquet").unlink()
    with pytest.raises(ProgrammingError, match=r"Remote file .*a\.parquet' was not found"):
        iris.run("SELECT * FROM iris")
    assert iris.run("ALTER EXTERNAL TABLE iris REFRESH")[0][1] == "UNREGISTERED"
    assert iris.run("SELECT * FROM iris") == []


@pytest.mark.parametrize("place", ["{location} {form} COPY GRANTS", "COPY GRANTS {location} {form}"])
def test_made_anew_with_its_grants(iris: Session, place: str) -> None:
    iris.write_parquet("iris/b.parquet", "SELECT 'virginica' AS CLASS_NAME, 50 AS N")
    options = place.format(location="LOCATION = @lake/iris/", form="FILE_FORMAT = (TYPE = PARQUET)")
    iris.run(f"CREATE OR REPLACE EXTERNAL TABLE iris (c VARCHAR AS (VALUE:CLASS_NAME::VARCHAR)) {options}")
    assert iris.run("SELECT c FROM iris ORDER BY 1") == [("setosa",), ("virginica",)]


def test_refresh_of_one_path_leaves_the_others(iris: Session) -> None:
    iris.write_parquet("iris/new/b.parquet", "SELECT 'b' AS CLASS_NAME, 1 AS N")
    iris.write_parquet("iris/other/c.parquet", "SELECT 'c' AS CLASS_NAME, 1 AS N")
    iris.run("ALTER EXTERNAL TABLE iris REFRESH 'new/'")
    assert iris.run("SELECT class_name FROM iris ORDER BY 1") == [("b",), ("setosa",)]


def test_markers_and_empty_files_are_no_data(iris: Session) -> None:
    iris.write("iris/_SUCCESS", "")
    iris.write("iris/.a.parquet.crc", "crc")
    assert iris.run("ALTER EXTERNAL TABLE iris REFRESH") == []


def test_columns_have_their_types_and_value_is_the_row(iris: Session) -> None:
    assert iris.run("SELECT * FROM iris") == [('{"CLASS_NAME":"setosa","N":50}', "setosa", 50)]
    described = {row["name"]: row["type"] for row in iris.rows("DESCRIBE EXTERNAL TABLE iris")}
    assert described == {"VALUE": "VARIANT", "CLASS_NAME": "VARCHAR(16777216)", "N": "NUMBER(38,0)"}


def test_csv_fields_are_c1_c2_with_a_named_format_and_a_pattern(session: Session) -> None:
    session.write("csv/a.csv", 'id,name\n1,"x,y"\n2,\\N\n')
    session.write("csv/notes.txt", "no table\n")
    session.run("CREATE FILE FORMAT f TYPE = CSV SKIP_HEADER = 1 FIELD_OPTIONALLY_ENCLOSED_BY = '\"'")
    session.run(
        "CREATE EXTERNAL TABLE t WITH LOCATION = @lake/csv/ PATTERN = '.*[.]csv' FILE_FORMAT = (FORMAT_NAME = f)"
    )
    assert session.run("SELECT VALUE:c1::NUMBER, VALUE:c2::VARCHAR FROM t") == [(1, "x,y"), (2, None)]
    assert session.run("SELECT VALUE:c1::NUMBER FROM t WHERE VALUE:c2 = 'x,y'") == [(1,)]


def test_more_than_nine_csv_columns(session: Session) -> None:
    session.write("csv/a.csv", ",".join(f"v{n}" for n in range(1, 13)) + "\n")
    session.run("CREATE EXTERNAL TABLE t LOCATION = @lake/csv/ FILE_FORMAT = (TYPE = CSV)")
    assert session.run("SELECT VALUE:c2::VARCHAR, VALUE:c12::VARCHAR FROM t") == [("v2", "v12")]


def test_partition_columns_come_from_the_file_name(session: Session) -> None:
    session.write_parquet("p/dt=2024-01-02/a.parquet", "SELECT 1 AS A")
    session.run("""
        CREATE EXTERNAL TABLE t (dt DATE AS TO_DATE(SPLIT_PART(SPLIT_PART(METADATA$FILENAME, '/', 2), '=', 2)))
        PARTITION BY (dt) LOCATION = @lake/p/ FILE_FORMAT = (TYPE = PARQUET)""")
    assert session.run("SELECT dt FROM t") == [(datetime.date(2024, 1, 2),)]
    assert session.run("SELECT x.METADATA$FILENAME FROM t x") == [("p/dt=2024-01-02/a.parquet",)]


def test_show_and_drop(iris: Session) -> None:
    shown = iris.rows("SHOW EXTERNAL TABLES LIKE 'ir%' IN SCHEMA S")
    assert [(row["name"], row["location"]) for row in shown] == [("IRIS", f"s3://{iris.bucket.name}/iris/")]
    with pytest.raises(ProgrammingError, match="use DROP EXTERNAL TABLE"):
        iris.run("DROP TABLE iris")
    iris.run("DROP EXTERNAL TABLE iris")
    assert iris.rows("SHOW EXTERNAL TABLES IN SCHEMA S") == []
    assert (iris.bucket / "iris" / "a.parquet").exists()
    assert iris.run("DROP EXTERNAL TABLE IF EXISTS iris") == [("Drop statement executed successfully.",)]


def test_create_again(iris: Session) -> None:
    with pytest.raises(ProgrammingError, match="already exists"):
        iris.run(CREATE)
    assert "already exists" in iris.value(CREATE.replace("TABLE iris", "TABLE IF NOT EXISTS iris"))
    assert "successfully created" in iris.value(CREATE.replace("CREATE", "CREATE OR REPLACE"))


@pytest.mark.parametrize(
    ("clause", "message"),
    [
        ("LOCATION = @nowhere/", "Stage .*NOWHERE' does not exist"),
        ("(a VARCHAR) LOCATION = @lake/", "needs an expression"),
        ("FILE_FORMAT = (TYPE = CSV)", "needs LOCATION"),
        ("LOCATION = @lake/ FILE_FORMAT = (TYPE = ORC)", "does not support files of TYPE = ORC"),
        ("LOCATION = @lake/ TABLE_FORMAT = DELTA", "does not support the external table option TABLE_FORMAT"),
        ("LOCATION = 's3://no-such-bucket/'", "bucket 'no-such-bucket'.* does not exist"),
    ],
)
def test_what_is_wrong_is_said(session: Session, clause: str, message: str) -> None:
    with pytest.raises(ProgrammingError, match=message):
        session.run(f"CREATE EXTERNAL TABLE t {clause}")
    assert session.rows("SHOW EXTERNAL TABLES IN SCHEMA S") == []
