"""nyc_aggregations.py, and both jobs together against an independent computation."""

import ast
import random
import subprocess
import sys
from datetime import datetime
from decimal import Decimal
from types import ModuleType

import nyc_expected
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nyc_jobs import JOBS, ROOT, SAMPLES, load, part_file, rows_of
from pandas.testing import assert_frame_equal

RIDE_TYPES = "pulocationid bigint, trip_type bigint, payment_type bigint, fare_amount decimal(8,2), extra decimal(8,2)"
TOTAL_COLUMNS = [*nyc_expected.KEYS, "total_fare_amount"]
FEW = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def job() -> ModuleType:
    return load("nyc_aggregations")


@pytest.fixture(scope="module")
def transform_job() -> ModuleType:
    return load("raw_to_transform")


@pytest.fixture
def write_rides(spark, tmp_path):
    def write(rows) -> str:
        spark.createDataFrame(rows, RIDE_TYPES).write.mode("overwrite").parquet(str(tmp_path / "green"))
        return str(tmp_path / "green")

    return write


def totals_in(folder) -> pd.DataFrame:
    return pd.DataFrame(rows_of(folder), columns=TOTAL_COLUMNS).astype(dict.fromkeys(nyc_expected.KEYS, object))


def test_the_sums_of_the_samples_equal_an_independent_computation(spark, transform_job, job, tmp_path):
    raw = nyc_expected.raw_rows(SAMPLES)
    # as strings in columns of the files' own names, as Glue reads them
    frame = spark.createDataFrame(raw.fillna("").to_dict("records"))
    transform_job.run(spark, frame, str(tmp_path / "green"), str(tmp_path / "rejected"))
    assert job.main([str(tmp_path / "green"), str(tmp_path / "totals")]) == 0
    expected = nyc_expected.totals(raw)
    assert_frame_equal(totals_in(tmp_path / "totals"), expected, check_dtype=False)
    assert 10 < len(expected) <= 20
    assert all(type(total) is Decimal for total in totals_in(tmp_path / "totals")["total_fare_amount"])


def test_the_columns_are_what_redshift_takes(write_rides, job, tmp_path):
    assert job.main([write_rides([(1, 1, 1, Decimal("1.10"), None)]), str(tmp_path / "totals")]) == 0
    kinds = {field.name: str(field.type) for field in pq.read_schema(part_file(tmp_path / "totals"))}
    assert kinds == dict.fromkeys(nyc_expected.KEYS, "int64") | {"total_fare_amount": "decimal128(18, 2)"}
    ddl = (ROOT / "sql/nyc_taxi/create_tables.sql").read_text()
    assert [line.split()[0] for line in ddl.splitlines() if "NOT NULL" in line] == list(kinds)
    assert "total_fare_amount DECIMAL(18, 2)" in ddl


def test_amounts_are_added_to_the_cent(write_rides, job, tmp_path):
    rows = [(7, 1, 1, Decimal("0.10"), None)] * 1000 + [(7, 1, 1, Decimal("999999.99"), None)] * 1000
    assert job.main([write_rides(rows), str(tmp_path / "totals")]) == 0
    assert rows_of(tmp_path / "totals") == [(7, 1, 1, Decimal("1000000090.00"))]


def test_a_rerun_writes_the_same_bytes_whatever_the_order_of_the_rides(write_rides, job, tmp_path, cluster_setting):
    rows = [(place, kind, pay, Decimal(place), None) for place in range(40) for kind in (1, 2) for pay in (1, 2, 3)]
    outputs = []
    for seed, partitions in ((1, "3"), (2, "7")):
        cluster_setting("spark.sql.shuffle.partitions", partitions)
        random.Random(seed).shuffle(rows)
        assert job.main([write_rides(rows), str(tmp_path / "totals")]) == 0
        outputs.append(part_file(tmp_path / "totals").read_bytes())
    assert outputs[0] == outputs[1]
    assert rows_of(tmp_path / "totals") == sorted(rows_of(tmp_path / "totals"))


KEYS = st.tuples(st.integers(1, 3), st.sampled_from([1, 2]), st.sampled_from([1, 2]))
FARES = st.decimals(0, Decimal("999999.99"), places=2)


@FEW
@given(rows=st.lists(st.tuples(KEYS, FARES), max_size=40))
def test_any_rides_are_summed_up_as_python_does(write_rides, job, tmp_path, rows):
    source = write_rides([(*keys, fare, None) for keys, fare in rows])
    assert job.main([source, str(tmp_path / "totals")]) == 0
    sums: dict[tuple, Decimal] = {}
    for keys, fare in rows:
        sums[keys] = sums.get(keys, Decimal(0)) + fare
    assert rows_of(tmp_path / "totals") == [(*keys, total) for keys, total in sorted(sums.items())]


ALPHABET = "0123456789.+-eENaInf :\u0663"
TIMES = st.builds(
    "{:04d}-{:02d}-{:02d} {:02d}:{:02d}:{:02d}".format,
    *(st.integers(low, high) for low, high in ((1, 9999), (0, 13), (0, 32), (0, 25), (0, 61), (0, 61))),
)


@FEW
@given(texts=st.lists(st.text(ALPHABET, max_size=9) | FARES.map(str) | TIMES, min_size=40, max_size=80))
def test_any_text_is_read_as_python_reads_it_or_rejected(spark, transform_job, texts):
    columns = ["fare_amount", "lpep_pickup_datetime", "pulocationid"]
    others = [name for name in nyc_expected.REQUIRED if name not in columns]
    raw = spark.createDataFrame([(text,) * 6 for text in texts], [*columns, *others])
    judged = transform_job.judge(transform_job.as_texts(raw))
    # times as text: collect() would convert them to the machine's own zone
    for row in judged.withColumn("pickup", judged["lpep_pickup_datetime"].cast("string")).collect():
        text = row["raw"]["fare_amount"]
        assert row["fare_amount"] == (nyc_expected.as_cents(text) if text else None)
        assert row["pickup"] == (text if is_time(text) else None)
        if row["pulocationid"] is not None:
            assert row["pulocationid"] == Decimal(text)


def is_time(text: str | None) -> bool:
    try:
        datetime.strptime(text or "", "%Y-%m-%d %H:%M:%S")
        return True
    except ValueError:
        return False


def test_rides_of_another_type_are_one_clear_line(spark, job, tmp_path, capsys):
    spark.createDataFrame([(1, 1, 9.5)], "pulocationid bigint, trip_type bigint, fare_amount double").write.parquet(
        str(tmp_path / "other")
    )
    assert job.main([str(tmp_path / "other"), str(tmp_path / "totals")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "it needs payment_type bigint, fare_amount decimal(8,2), but has: pulocationid bigint" in line
    assert not (tmp_path / "totals").exists()


def test_rides_that_are_not_there_are_one_clear_line(spark, job, tmp_path, capsys):
    assert job.main([str(tmp_path / "gone"), str(tmp_path / "totals")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "Path does not exist" in line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["in"], "the following arguments are required: OUT"),
        (["s3://b/green", "s3://b/green/"], "OUT s3://b/green/ would replace RIDES_IN s3://b/green"),
    ],
)
def test_wrong_arguments_are_one_line_and_status_2(arguments, message):
    command = [sys.executable, str(JOBS / "nyc_aggregations.py"), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert message in line


@pytest.mark.parametrize(("script", "version"), [("nyc_aggregations.py", 9), ("raw_to_transform.py", 11)])
def test_a_job_is_one_file_for_the_python_it_meets(script, version):
    tree = ast.parse((JOBS / script).read_text(encoding="utf-8"), feature_version=(3, version))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in imports]
    assert {name.split(".")[0] for name in names} <= {"__future__", "argparse", "awsglue", "pyspark", "sys"}


def test_the_samples_are_what_their_script_makes(tmp_path):
    subprocess.run([sys.executable, str(ROOT / "samples/nyc_taxi/make_samples.py"), str(tmp_path)], check=True)
    assert len(SAMPLES) == 2
    for sample in SAMPLES:
        assert (tmp_path / sample.name).read_bytes() == sample.read_bytes()
