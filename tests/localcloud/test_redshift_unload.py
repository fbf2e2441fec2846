"""UNLOAD to S3: what the files hold, what is refused, and that COPY reads them again."""

from __future__ import annotations

import bz2
import datetime
import gzip
import io
import json
from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import warehouse
from cloud import BUCKET, Cloud
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TWO = "SELECT 1 AS a, ''x|y'' AS b UNION ALL SELECT 2, NULL ORDER BY 1"


class Unloader:
    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.redshift = warehouse.of(cloud, "unload")

    def sql(self, query: str, options: str, prefix: str = "unload/") -> str:
        return f"UNLOAD ('{query}') TO 's3://{BUCKET}/{prefix}' IAM_ROLE default {options}"

    def files(self, query: str, options: str) -> dict[str, bytes]:
        """Unload, then the objects by their names below the prefix."""
        self.redshift.rows(self.sql(query, options))
        return {key.removeprefix("unload/"): self.cloud.get(key) for key in self.cloud.keys("unload/")}

    def error(self, query: str, options: str = "") -> dict[str, str]:
        """Unload in vain; nothing may be there after it."""
        before = self.cloud.keys("")
        error = self.redshift.error(self.sql(query, options))
        assert self.cloud.keys("") == before
        assert not [path for path in (self.cloud.root / "s3" / BUCKET).iterdir() if path.name.startswith(".")]
        return error


@pytest.fixture
def unloader(cloud: Cloud) -> Iterator[Unloader]:
    yield Unloader(cloud)
    for key in cloud.keys("unload/"):
        cloud.s3.delete_object(Bucket=BUCKET, Key=key)


@pytest.mark.parametrize(
    ("options", "files"),
    [
        ("", {"0000_part_00": "1|x|y\n2|\n"}),
        ("ESCAPE", {"0000_part_00": "1|x\\|y\n2|\n"}),
        ("ADDQUOTES NULL AS 'nil'", {"0000_part_00": '"1"|"x|y"\n"2"|nil\n'}),
        ("HEADER DELIMITER '\\t' PARALLEL OFF", {"000": "a\tb\n1\tx|y\n2\t\n"}),
        ("CSV HEADER", {"0000_part_00": "a,b\n1,x|y\n2,\n"}),
        ("CSV DELIMITER AS '|' EXTENSION 'csv'", {"0000_part_00.csv": '1|"x|y"\n2|\n'}),
        ("FORMAT JSON", {"0000_part_00": '{"a":1,"b":"x|y"}\n{"a":2,"b":null}\n'}),
    ],
)
def test_text(unloader: Unloader, options: str, files: dict[str, str]) -> None:
    assert unloader.files(TWO, options) == {name: text.encode() for name, text in files.items()}


def test_compression(unloader: Unloader) -> None:
    assert gzip.decompress(unloader.files(TWO, "GZIP")["0000_part_00.gz"]) == b"1|x|y\n2|\n"
    assert bz2.decompress(unloader.files(TWO, "BZIP2 CLEANPATH")["0000_part_00.bz2"]) == b"1|x|y\n2|\n"
    packed = unloader.files(TWO, "ZSTD CLEANPATH")
    assert list(packed) == ["0000_part_00.zst"]
    assert pa.CompressedInputStream(io.BytesIO(packed["0000_part_00.zst"]), "zstd").read() == b"1|x|y\n2|\n"


def test_parquet_keeps_types(unloader: Unloader) -> None:
    query = """
        SELECT 1::SMALLINT AS a, 2 AS b, 3::BIGINT AS c, 1.5::REAL AS d, 2.5::FLOAT8 AS e, 1.25::NUMERIC(9, 2) AS f,
        TRUE AS g, ''2024-01-02''::DATE AS h, ''2024-01-02 03:04:05.5''::TIMESTAMP AS i, ''x''::VARCHAR AS j,
        SUM(1.125) AS k, JSON_PARSE(''[1]'') AS l
    """
    table = pq.read_table(io.BytesIO(unloader.files(query, "PARQUET")["0000_part_00.parquet"]))
    moment = datetime.datetime(2024, 1, 2, 3, 4, 5, 500_000)
    values = [1, 2, 3, 1.5, 2.5, Decimal("1.25"), True, moment.date(), moment, "x", Decimal("1.125"), "[1]"]
    assert list(table.to_pylist()[0].values()) == values
    types = ["int16", "int32", "int64", "float", "double", "decimal128(9, 2)", "bool", "date32[day]", "timestamp[us]"]
    assert list(map(str, table.schema.types)) == [*types, "string", "decimal128(38, 3)", "string"]


def test_partitions(unloader: Unloader) -> None:
    query = "SELECT 1 AS a, ''x y'' AS k UNION ALL SELECT 2, NULL UNION ALL SELECT 3, ''x y''"
    files = unloader.files(query, "FORMAT AS PARQUET PARTITION BY (k)")
    assert sorted(files) == ["k=__HIVE_DEFAULT_PARTITION__/0000_part_00.parquet", "k=x y/0000_part_00.parquet"]
    table = pq.ParquetFile(io.BytesIO(files["k=x y/0000_part_00.parquet"])).read()
    assert table.to_pydict() == {"a": [1, 3]}
    unloader.files("SELECT 9 AS a, ''new'' AS k", "PARQUET PARTITION BY (k) INCLUDE CLEANPATH")
    assert len(unloader.cloud.keys("unload/")) == 3  # other partitions are left alone


def test_manifest_leads_copy_to_the_files(unloader: Unloader) -> None:
    files = unloader.files("SELECT 1 AS a", "PARQUET MANIFEST")
    (entry,) = json.loads(files["manifest"])["entries"]
    size = len(files["0000_part_00.parquet"])
    assert entry == {"url": f"s3://{BUCKET}/unload/0000_part_00.parquet", "meta": {"content_length": size}}
    with unloader.redshift.table("a INT"):
        unloader.redshift.rows(f"COPY loaded FROM 's3://{BUCKET}/unload/manifest' IAM_ROLE default PARQUET MANIFEST")
        assert unloader.redshift.rows("SELECT * FROM loaded") == [[1]]


def test_large_results_are_split(unloader: Unloader) -> None:
    query = "SELECT repeat(''x'', 1000) FROM generate_series(1, 12000)"
    files = unloader.files(query, "MAXFILESIZE 5 MB PARALLEL OFF")
    assert sorted(files) == ["000", "001"]
    assert sum(map(len, files.values())) == 12_000 * 1001


def test_what_is_there_already(unloader: Unloader) -> None:
    unloader.cloud.put("unload/old", "x")
    assert "Specified unload destination on S3 is not empty" in unloader.error(TWO)["M"]
    assert sorted(unloader.files(TWO, "ALLOWOVERWRITE")) == ["0000_part_00", "old"]
    assert sorted(unloader.files("SELECT 1", "CLEANPATH")) == ["0000_part_00"]


def test_no_rows(unloader: Unloader) -> None:
    assert unloader.files("SELECT 1 AS a WHERE FALSE", "CSV HEADER") == {"0000_part_00": b"a\n"}
    files = unloader.files("SELECT 1 AS a WHERE FALSE", "PARQUET CLEANPATH")
    assert pq.read_table(io.BytesIO(files["0000_part_00.parquet"])).num_rows == 0


@pytest.mark.parametrize(
    ("query", "options", "message"),
    [
        ("SELECT * FROM nowhere", "", 'relation "nowhere" does not exist'),
        ("SELECT 1 / (4 - n) FROM generate_series(1, 9) AS n", "CSV", "division by zero"),
        ("DELETE FROM t", "", "UNLOAD takes one SELECT"),
        ("SELECT 1; SELECT 2", "", "UNLOAD takes one SELECT"),
        ("SELECT 1 LIMIT 1", "", "Limit clause is not supported"),
        ("SELECT 1 AS a, 2 AS a", "PARQUET", "columns with different names"),
        ("SELECT 1 AS a", "PARQUET PARTITION BY (b)", 'column "b" of PARTITION BY'),
        ("SELECT 1", "PARQUET GZIP", "UNLOAD with PARQUET does not take GZIP"),
        ("SELECT 1", "CLEANPATH ALLOWOVERWRITE", "exclude each other"),
        ("SELECT 1", "MAXFILESIZE 1 MB", "MAXFILESIZE is between 5 MB and 6.2 GB"),
        ("SELECT 1", "ENCRYPTED", "does not support the option ENCRYPTED"),
        ("SELECT 1", "NICELY", "at or near 'NICELY'"),
    ],
)
def test_what_is_refused(unloader: Unloader, query: str, options: str, message: str) -> None:
    assert message in unloader.error(query, options)["M"]


def test_a_bucket_that_is_not_there(unloader: Unloader) -> None:
    error = unloader.redshift.error("UNLOAD ('SELECT 1') TO 's3://no-such-bucket/x' IAM_ROLE default")
    assert "The specified bucket does not exist" in error["M"]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@pytest.mark.parametrize("options", ["CSV NULL AS 'nil'", "ESCAPE ADDQUOTES NULL AS 'nil'", "JSON", "PARQUET"])
def test_copy_reads_what_unload_wrote(cloud: Cloud, options: str) -> None:
    redshift = warehouse.of(cloud, "unload")
    copy = {"JSON": "JSON 'auto'", "ESCAPE ADDQUOTES NULL AS 'nil'": "ESCAPE REMOVEQUOTES NULL AS 'nil'"}.get(
        options, options
    )

    @given(st.lists(st.one_of(st.none(), TEXTS), min_size=1, max_size=30))
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    def goes_round(texts: list[str | None]) -> None:
        with redshift.psycopg(autocommit=True) as connection:
            connection.execute(
                "CREATE TEMP TABLE a (n INT, t VARCHAR(200)); CREATE TEMP TABLE b (n INT, t VARCHAR(200))"
            )
            connection.cursor().executemany("INSERT INTO a VALUES (%s, %s)", list(enumerate(texts)))
            connection.execute(f"UNLOAD ('SELECT n, t FROM a') TO 's3://{BUCKET}/round/' {options} CLEANPATH")
            connection.execute(f"COPY b FROM 's3://{BUCKET}/round/' IAM_ROLE default {copy}")
            assert connection.execute("SELECT t FROM b ORDER BY n").fetchall() == [(text,) for text in texts]

    goes_round()
