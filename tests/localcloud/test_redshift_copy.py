"""COPY from S3: what is loaded, what is refused, and how it is told."""

from __future__ import annotations

import bz2
import contextlib
import datetime
import gzip
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import warehouse
from cloud import BUCKET, Cloud
from warehouse import refusal, run

FAILED = "Load into table 'loaded' failed.  Check 'sys_load_error_detail' system table for details."


class Loader:
    """Puts a file into the bucket and loads it."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.redshift = warehouse.of(cloud, "copy")

    def sql(self, key: str, options: str, columns: str = "") -> str:
        return f"COPY loaded {columns} FROM 's3://{BUCKET}/copy/{key}' IAM_ROLE default {options}"

    def load(self, body: str | bytes, options: str, columns: str = "", key: str = "data") -> list[list[Any]]:
        self.cloud.put(f"copy/{key}", body)
        self.redshift.rows(self.sql(key, options, columns))
        return self.redshift.rows("SELECT * FROM loaded")

    def error(self, body: str | bytes, options: str, columns: str = "", key: str = "data") -> dict[str, str]:
        self.cloud.put(f"copy/{key}", body)
        found = self.redshift.error(self.sql(key, options, columns))
        assert self.redshift.rows("SELECT * FROM loaded") == []
        return found

    def refused(self) -> list[list[Any]]:
        """What the last COPY could not load."""
        last = "query_id = (SELECT max(query_id) FROM sys_load_error_detail)"
        columns = "line_number, column_name, raw_field_value, error_code"
        return self.redshift.rows(f"SELECT {columns} FROM sys_load_error_detail WHERE {last} ORDER BY 1")


@pytest.fixture
def loader(cloud: Cloud) -> Iterator[Loader]:
    found = Loader(cloud)
    with found.redshift.table("a INT, b VARCHAR(10)"):
        yield found


@pytest.mark.parametrize(
    ("body", "options", "expected"),
    [
        ('1,"x, ""y"""\n2,\n', "CSV", [[1, 'x, "y"'], [2, ""]]),
        ("a;b\n1;'x'\n", "CSV DELIMITER ';' QUOTE '''' IGNOREHEADER 1", [[1, "x"]]),
        ('1,"two\nlines"\r\n2,b\r\n', "CSV", [[1, "two\nlines"], [2, "b"]]),
        ("\ufeff1,x\n\n2,y", "CSV IGNOREBLANKLINES", [[1, "x"], [2, "y"]]),
        (",\n 7 ,  \n", "CSV EMPTYASNULL BLANKSASNULL", [[None, None], [7, None]]),
        ("nil,nil\n", "CSV NULL AS 'nil'", [[None, None]]),
        ("1,äöüäöüäöü\n", "CSV TRUNCATECOLUMNS", [[1, "äöüäö"]]),
        ("1,x   \n", "CSV TRIMBLANKS", [[1, "x"]]),
        ("1\n", "CSV FILLRECORD", [[1, None]]),
        ("1|x\n2|\\N\n3||\n", "", [[1, "x"], [2, None], [3, ""]]),
        ("1\tx\n", "DELIMITER '\\t'", [[1, "x"]]),
        ("1|a\\|b\\\\\\\nc\n2|\\N\n", "ESCAPE", [[1, "a|b\\\nc"], [2, None]]),
        ("1|\"a|b\"\n2|'c'\n3|plain\n4|\n", "REMOVEQUOTES", [[1, "a|b"], [2, "c"], [3, "plain"], [4, ""]]),
        (b"1,a\xffb\n", "CSV ACCEPTINVCHARS '^'", [[1, "a^b"]]),
        (gzip.compress(b"1,x\n"), "CSV GZIP", [[1, "x"]]),
        (gzip.compress(b"1,x\n") + gzip.compress(b"2,y\n"), "CSV GZIP", [[1, "x"], [2, "y"]]),
        (bz2.compress(b"1,x\n"), "CSV BZIP2", [[1, "x"]]),
        ("", "CSV", []),
    ],
)
def test_csv_and_text(loader: Loader, body: str | bytes, options: str, expected: list[list[Any]]) -> None:
    assert loader.load(body, options) == expected


def test_zstd(loader: Loader) -> None:
    packed = pa.BufferOutputStream()
    with pa.CompressedOutputStream(packed, "zstd") as stream:
        stream.write(b"1,x\n")
    assert loader.load(packed.getvalue().to_pybytes(), "CSV ZSTD") == [[1, "x"]]


@pytest.mark.parametrize(
    ("body", "options", "expected"),
    [
        ('{"a": 1, "b": "x", "z": 0} {"b": "y"}\n', "JSON 'auto'", [[1, "x"], [None, "y"]]),
        ('{\n "A": 1,\n "B": {"k": 2.50}\n}', "JSON 'auto ignorecase'", [[1, '{"k": 2.5}']]),
        ('{"A": 1}', "JSON 'auto'", [[None, None]]),
        ('{"a": 1, "b": true}{"a": 2, "b": 1.10}', "FORMAT AS JSON 'auto'", [[1, "true"], [2, "1.10"]]),
    ],
)
def test_json(loader: Loader, body: str, options: str, expected: list[list[Any]]) -> None:
    assert loader.load(body, options) == expected


def test_json_paths(loader: Loader) -> None:
    loader.cloud.put("paths.json", json.dumps({"jsonpaths": ["$.id[0]", "$['the name'].first"]}))
    body = '{"id": [7, 8], "the name": {"first": "x"}} {"id": []}'
    assert loader.load(body, f"JSON 's3://{BUCKET}/paths.json'") == [[7, "x"], [None, None]]
    loader.cloud.put("few.json", '{"jsonpaths": ["$.id"]}')
    error = loader.redshift.error(loader.sql("data", f"JSON 's3://{BUCKET}/few.json'"))
    assert "JSONPath size: 1, Number of columns in table or column list: 2" in error["M"]


def test_json_across_many_reads(loader: Loader) -> None:
    body = "\n".join(json.dumps({"a": number, "b": "x" * (number % 10)}, indent=1) for number in range(30_000))
    assert loader.load(body, "JSON 'auto'")[29_999] == [29_999, "x" * 9]


@pytest.mark.parametrize(
    ("type_", "options", "text", "expected"),
    [
        ("DATE", "DATEFORMAT 'DD.MM.YYYY'", "03.02.2024", datetime.date(2024, 2, 3)),
        ("DATE", "DATEFORMAT 'auto'", "Feb 3 2024", datetime.date(2024, 2, 3)),
        ("DATE", "ACCEPTANYDATE", "soon", None),
        (
            "TIMESTAMP",
            "TIMEFORMAT 'MM/DD/YYYY HH12:MI:SS AM'",
            "02/03/2024 01:02:03 PM",
            datetime.datetime(2024, 2, 3, 13, 2, 3),
        ),
        ("TIMESTAMP", "TIMEFORMAT 'epochmillisecs'", "1500", datetime.datetime(1970, 1, 1, 0, 0, 1, 500_000)),
        (
            "TIMESTAMP",
            "TIMEFORMAT 'YYYY-MM-DDTHH:MI:SS'",
            "2024-02-03T04:05:06.25",
            datetime.datetime(2024, 2, 3, 4, 5, 6, 250_000),
        ),
        ("BOOLEAN", "", "yes", True),
        ("NUMERIC(8, 2)", "", "1.239", Decimal("1.24")),
        ("SUPER", "", '"[1, 2]"', "[1, 2]"),
    ],
)
def test_types(cloud: Cloud, type_: str, options: str, text: str, expected: Any) -> None:
    loader = Loader(cloud)
    with loader.redshift.table(f"a {type_}"):
        assert loader.load(f"{text}\n", f"CSV {options}") == [[expected]]


@pytest.mark.parametrize(
    ("body", "options", "row"),
    [
        ("1,x\nno,y\n", "CSV", [2, "a", "no", 1207]),
        ("99999999999,y\n", "CSV", [1, "a", "99999999999", 1207]),
        ("1,a long long text\n", "CSV", [1, "b", "a long long text", 1204]),
        ("1,x,z\n", "CSV", [1, "", "z", 1202]),
        ("1\n", "CSV", [1, "", "", 1214]),
        ("h\n1,x\n\n2\n", "CSV IGNOREHEADER 1 IGNOREBLANKLINES", [4, "", "", 1214]),
        (b"1,a\xffb\n", "CSV", [1, "b", "a?b", 1220]),
        ('{"a": 1}\n[1]', "JSON 'auto'", [2, "", "", 1216]),
        ('{"a": 1}\n{"a" 2}', "JSON 'auto'", [1, "", '{"a" 2}', 1216]),
        ('1,"x\n', "CSV", [0, "", "", 1216]),
    ],
)
def test_a_wrong_row_is_told(loader: Loader, body: str | bytes, options: str, row: list[Any]) -> None:
    error = loader.error(body, options)
    assert error["M"] == FAILED
    assert f"s3://{BUCKET}/copy/data, line {row[0]}" in error["D"]
    assert loader.refused() == [row]


def test_the_first_wrong_row_is_told(loader: Loader) -> None:
    assert "line 2, column a" in loader.error("1,x\nno,y\n3,much too long a text\n", "CSV")["D"]


def test_not_null(cloud: Cloud) -> None:
    loader = Loader(cloud)
    with loader.redshift.table("a INT NOT NULL, b VARCHAR(10)"):
        assert loader.error("1,x\n,y\n", "CSV")["M"] == FAILED
        assert loader.refused() == [[2, "a", "", 1213]]


def test_maxerror_is_the_number_that_fails(loader: Loader) -> None:
    body = "1,x\nno,y\n3,much too long a text\n4,z\n"
    assert loader.error(body, "CSV MAXERROR 2")["M"] == FAILED
    assert loader.load(body, "CSV MAXERROR 3") == [[1, "x"], [4, "z"]]
    assert loader.refused() == [[2, "a", "no", 1207], [3, "b", "much too long a text", 1204]]
    assert loader.redshift.rows(
        "SELECT err_code FROM stl_load_errors WHERE query = (SELECT max(query) FROM stl_load_errors)"
    )


def test_lines_are_counted_in_each_file(loader: Loader) -> None:
    loader.cloud.put("copy/many/1", "h,h\n1,x\n2,y\n")
    loader.cloud.put("copy/many/2", "h,h\n3,z\nno,z\n")
    error = loader.redshift.error(loader.sql("many/", "CSV IGNOREHEADER 1"))
    assert f"s3://{BUCKET}/copy/many/2, line 3, column a" in error["D"]


def test_a_list_of_columns(loader: Loader) -> None:
    assert loader.load("x,1\n", "CSV", columns="(b, a)") == [[1, "x"]]
    assert (
        'column "c" of relation "loaded" does not exist' in loader.redshift.error(loader.sql("data", "CSV", "(c)"))["M"]
    )


def test_identity_columns(cloud: Cloud) -> None:
    loader = Loader(cloud)
    with loader.redshift.table("id INT IDENTITY(1, 1), b VARCHAR(10)"):
        assert loader.load("x\ny\n", "CSV") == [[1, "x"], [2, "y"]]
        assert "EXPLICIT_IDS" in loader.redshift.error(loader.sql("data", "CSV", "(id, b)"))["M"]
        assert loader.load("9,z\n", "CSV EXPLICIT_IDS")[-1] == [9, "z"]


def test_manifest(loader: Loader) -> None:
    loader.cloud.put("copy/one", "1,x\n")
    url = f"s3://{BUCKET}/copy"
    entries = [{"url": f"{url}/one", "mandatory": True}, {"url": f"{url}/absent", "mandatory": False}]
    assert loader.load(json.dumps({"entries": entries}), "CSV MANIFEST", key="manifest") == [[1, "x"]]
    entries[1]["mandatory"] = True
    loader.redshift.rows("DELETE FROM loaded")
    assert (
        f"{url}/absent does not exist"
        in loader.error(json.dumps({"entries": entries}), "CSV MANIFEST", key="manifest")["M"]
    )
    assert "is not a manifest" in loader.error("hello", "CSV MANIFEST", key="manifest")["M"]


def test_what_is_not_there(loader: Loader) -> None:
    assert (
        loader.redshift.error(loader.sql("nothing/", "CSV"))["M"]
        == "The specified S3 prefix 'copy/nothing/' does not exist"
    )
    error = loader.redshift.error("COPY loaded FROM 's3://no-such-bucket/x' IAM_ROLE default CSV")
    assert "The specified bucket does not exist" in error["M"]
    assert 'relation "nowhere" does not exist' in loader.redshift.error(f"COPY nowhere FROM 's3://{BUCKET}/x' CSV")["M"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("CSV JSON 'auto'", "CSV and JSON exclude each other"),
        ("CSV ESCAPE", "ESCAPE is not compatible with CSV"),
        ("CSV FASTER", "at or near 'FASTER'"),
        ("PARQUET IGNOREHEADER 1", "IGNOREHEADER argument is not supported for PARQUET based COPY"),
        ("DELIMITER '||'", "DELIMITER of COPY is one character"),
        ("CSV MAXERROR", "MAXERROR of COPY takes a number"),
        ("CSV ENCODING UTF16", "the encoding UTF16"),
        ("FORMAT AS ORC", "does not support the option ORC"),
        ("JSON 'noshred'", "JSON 'noshred'"),
    ],
)
def test_wrong_options(loader: Loader, options: str, message: str) -> None:
    assert message in loader.redshift.error(loader.sql("data", options))["M"]


def test_a_broken_archive(loader: Loader) -> None:
    assert "cannot be read as GZIP" in loader.error(gzip.compress(b"1,x\n" * 1000)[:-20], "CSV GZIP")["M"]
    assert "cannot be read as GZIP" in loader.error("1,x\n", "CSV GZIP")["M"]


def test_it_is_part_of_the_transaction(loader: Loader) -> None:
    loader.cloud.put("copy/data", "1,x\n")
    with contextlib.closing(loader.redshift.connect(autocommit=False)) as connection:
        run(connection, loader.sql("data", "CSV"))
        assert run(connection, "SELECT pg_last_copy_count(), count(*) FROM loaded") == [[1, 1]]
        connection.rollback()
        assert loader.redshift.rows("SELECT * FROM loaded") == []
        run(connection, "CREATE TEMP TABLE staged (LIKE loaded)")
        run(connection, f"COPY staged FROM 's3://{BUCKET}/copy/data' IAM_ROLE default CSV")
        loader.cloud.put("copy/wrong", "no,x\n")
        assert refusal(connection, loader.sql("wrong", "CSV"))["M"] == FAILED
        assert refusal(connection, "SELECT 1")["C"] == "25P02"
    assert loader.refused() == [[1, "a", "no", 1207]]


# Parquet


def parquet(**columns: pa.Array) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.table(columns), written)
    return written.getvalue()


GOOD = parquet(x=pa.array([1, None], pa.int32()), y=["one", None])


def test_parquet_goes_by_position(loader: Loader) -> None:
    loader.cloud.put("copy/parquet/_SUCCESS", "")
    loader.cloud.put("copy/parquet/part.snappy.parquet", GOOD)
    loader.redshift.rows(loader.sql("parquet/", "FORMAT AS PARQUET"))
    assert loader.redshift.rows("SELECT * FROM loaded ORDER BY a") == [[1, "one"], [None, None]]


def test_parquet_types(cloud: Cloud) -> None:
    values = {
        "SMALLINT": (pa.array([1], pa.int16()), 1),
        "BIGINT": (pa.array([2**40]), 2**40),
        "REAL": (pa.array([1.5], pa.float32()), 1.5),
        "FLOAT8": (pa.array([0.1]), 0.1),
        "NUMERIC(9, 2)": (pa.array([Decimal("1.25")], pa.decimal128(9, 2)), Decimal("1.25")),
        "BOOLEAN": (pa.array([False]), False),
        "DATE": (pa.array([datetime.date(2024, 1, 2)]), datetime.date(2024, 1, 2)),
        "TIMESTAMP": (pa.array([datetime.datetime(2024, 1, 2, 3, 4, 5, 6)]), datetime.datetime(2024, 1, 2, 3, 4, 5, 6)),
        "VARCHAR(20)": (pa.array(["tab\t\\N\nend"]), "tab\t\\N\nend"),
        "SUPER": (pa.array([{"k": [1]}]), '{"k": [1]}'),
    }
    loader = Loader(cloud)
    body = parquet(**{f"c{place}": array for place, (array, _) in enumerate(values.values())})
    with loader.redshift.table(", ".join(f"c{place} {type_}" for place, type_ in enumerate(values))):
        assert loader.load(body, "PARQUET SERIALIZETOJSON") == [[value for _, value in values.values()]]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (GOOD[:-30] + b"x" * 30, "is not a readable Parquet file"),
        (GOOD[:60] + b"\xff" * 40 + GOOD[100:], "is not a readable Parquet file"),
        (b"", "is not a readable Parquet file"),
        (parquet(x=pa.array([1]), y=["one"]), "Column type: INTEGER, Parquet schema: optional int64 x"),
        (parquet(x=pa.array([1], pa.int32()), y=[1]), "Column type: VARCHAR, Parquet schema: optional int64 y"),
        (parquet(x=pa.array([1], pa.int32())), "Table columns: 2, Data columns: 1"),
        (parquet(x=pa.array([1], pa.int32()), y=["a"], z=["b"]), "Table columns: 2, Data columns: 3"),
        (parquet(x=pa.array([1], pa.int32()), y=["much too long"]), "Table: 10, Data: 13"),
    ],
    ids=["footer", "page", "empty", "int64", "number", "few", "many", "long"],
)
def test_a_parquet_file_that_does_not_fit(loader: Loader, body: bytes, reason: str) -> None:
    loader.cloud.put("copy/mixed/0.parquet", GOOD)
    error = loader.error(body, "PARQUET", key="mixed/1.parquet")
    assert error["M"] == "Spectrum Scan Error"
    assert reason in error["D"]
    assert loader.redshift.error(loader.sql("mixed/", "PARQUET"))["M"] == "Spectrum Scan Error"
    assert loader.redshift.rows("SELECT count(*) FROM loaded") == [[0]]
    last = "query_id = (SELECT max(query_id) FROM sys_load_error_detail)"
    ((file, told),) = loader.redshift.rows(f"SELECT file_name, error_message FROM sys_load_error_detail WHERE {last}")
    assert file == f"s3://{BUCKET}/copy/mixed/1.parquet"
    assert reason in told


def test_a_large_file_needs_little_memory(loader: Loader) -> None:
    ids = pa.array(range(1_000_000), pa.int32())
    body = parquet(x=ids, y=pa.array(["0123456789"] * len(ids)))
    server = psutil.Process(loader.cloud.process.pid)
    loader.load(GOOD, "PARQUET", key="warm")  # Arrow itself is loaded by now
    before = server.memory_info().rss
    loader.cloud.put("copy/large", body)
    loader.redshift.rows(loader.sql("large", "PARQUET"))
    grown = server.memory_info().rss - before
    assert loader.redshift.rows("SELECT count(*) FROM loaded WHERE b = '0123456789'") == [[1_000_000]]
    assert grown < 150 << 20
