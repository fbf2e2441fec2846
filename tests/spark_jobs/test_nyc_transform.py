"""raw_to_transform.py: from the city's CSV files to the typed table of rides."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import nyc_expected
import pyarrow.parquet as pq
import pytest
from nyc_jobs import AWSGLUE, SAMPLES, load, part_file, rows_of

GOOD = {
    "VendorID": "2",
    "lpep_pickup_datetime": "2019-06-01 10:00:00",
    "lpep_dropoff_datetime": "2019-06-01 10:10:00",
    "store_and_fwd_flag": "N",
    "RatecodeID": "1",
    "PULocationID": "74",
    "DOLocationID": "7",
    "passenger_count": "1",
    "trip_distance": "2.5",
    "fare_amount": "9.5",
    "extra": "0.5",
    "mta_tax": "0.5",
    "tip_amount": "2",
    "tolls_amount": "0",
    "ehail_fee": "",
    "improvement_surcharge": "0.3",
    "total_amount": "12.8",
    "payment_type": "1",
    "trip_type": "1",
}
HEADER = ",".join(GOOD)
ROW = ",".join(GOOD.values())


@dataclass
class Glue:
    """Runs the job as Glue does: with the awsglue library of the local cloud."""

    job: ModuleType
    root: Path

    def put(self, name: str, text: str | bytes) -> Path:
        path = self.root / "raw" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def run(self) -> None:
        names = ("raw", "green", "rejected")
        values = zip(("--source", "--target", "--rejected"), (str(self.root / name) for name in names), strict=True)
        self.job.main(["script.py", "--JOB_NAME", "test", *(word for pair in values for word in pair)])

    def rides(self) -> list[tuple]:
        return rows_of(self.root / "green")

    def rejects(self) -> list[dict]:
        return [json.loads(line) for line in part_file(self.root / "rejected").read_text().splitlines()]


@pytest.fixture(scope="module")
def job() -> ModuleType:
    return load("raw_to_transform")


@pytest.fixture
def glue(spark, job, tmp_path, monkeypatch) -> Glue:
    monkeypatch.syspath_prepend(AWSGLUE)
    return Glue(job, tmp_path)


def lines(*rows: dict[str, str]) -> str:
    return "\n".join([HEADER, *(",".join((GOOD | row).values()) for row in rows)]) + "\n"


def test_the_samples_become_the_rides_that_python_finds(glue, capsys):
    for sample in SAMPLES:
        glue.put(sample.name, sample.read_bytes())
    glue.run()
    raw = nyc_expected.raw_rows(SAMPLES)
    assert glue.rides() == nyc_expected.rides(raw)
    assert len(glue.rides()) == len(raw) - len(glue.rejects()) == 290
    told = capsys.readouterr().out
    assert "left out the columns congestion_surcharge:" in told
    assert "rejected 10 of 300 rows" in told
    assert "  4: fare_amount is negative" in told
    assert "wrote 290 rides" in told


def test_the_table_has_these_types(glue):
    glue.put("a.csv", lines({}))
    glue.run()
    schema = pq.read_schema(part_file(glue.root / "green"))
    assert schema.names == list(nyc_expected.COLUMNS)
    kinds = {field.name: str(field.type) for field in schema}
    assert {kinds[name] for name in nyc_expected.WHOLE} == {"int64"}
    assert {kinds[name] for name in nyc_expected.MONEY} == {"decimal128(8, 2)"}
    assert {kinds[name] for name in nyc_expected.TIMES} == {"timestamp[us, tz=UTC]"}
    assert kinds["trip_distance"] == "double"


WRONG = [
    ({"fare_amount": "-3.5"}, "fare_amount is negative"),
    ({"fare_amount": ""}, "fare_amount is missing"),
    ({"fare_amount": "NaN"}, "fare_amount is no amount in dollars and cents"),
    ({"fare_amount": "1e3"}, "fare_amount is no amount in dollars and cents"),
    ({"fare_amount": "9.999"}, "fare_amount is no amount in dollars and cents"),
    ({"fare_amount": "1000000"}, "fare_amount is no amount in dollars and cents"),
    ({"tip_amount": "two"}, "tip_amount is no amount in dollars and cents"),
    ({"PULocationID": "Astoria"}, "pulocationid is no whole number"),
    ({"PULocationID": "-1"}, "pulocationid is no whole number"),
    ({"PULocationID": "7.5"}, "pulocationid is no whole number"),
    ({"PULocationID": "  "}, "pulocationid is missing"),
    ({"payment_type": ""}, "payment_type is missing"),
    ({"trip_type": ""}, "trip_type is missing"),
    ({"trip_distance": "far"}, "trip_distance is no number"),
    ({"lpep_pickup_datetime": ""}, "lpep_pickup_datetime is missing"),
    ({"lpep_pickup_datetime": "2019-02-30 10:00:00"}, "lpep_pickup_datetime is no date with a time"),
    ({"lpep_pickup_datetime": "06/01/2019 10:00"}, "lpep_pickup_datetime is no date with a time"),
    ({"lpep_dropoff_datetime": "10:10"}, "lpep_dropoff_datetime is no date with a time"),
    ({"lpep_dropoff_datetime": "2019-06-01 09:59:59"}, "drop-off before pick-up"),
    (dict(zip(GOOD, GOOD, strict=True)), "repeated header"),
]


@pytest.mark.parametrize("ansi", ["true", "false"])
def test_wrong_rows_are_kept_apart_with_the_reason(glue, cluster_setting, ansi):
    cluster_setting("spark.sql.ansi.enabled", ansi)
    marked = [row | {"DOLocationID": str(number)} for number, (row, _) in enumerate(WRONG)]
    glue.put("a.csv", lines({}, *marked))
    glue.run()
    assert len(glue.rides()) == 1
    reasons = {int(one["dolocationid"]): one["reason"] for one in glue.rejects()}
    assert [(WRONG[number][0], reason) for number, reason in sorted(reasons.items())] == WRONG


def test_a_rejected_row_is_kept_as_it_was_written(glue):
    glue.put("a.csv", lines({}, {"fare_amount": "-3.50", "passenger_count": "five"}))
    glue.run()
    (row,) = glue.rejects()
    written = {name.lower(): value for name, value in GOOD.items() if value}
    changed = {"fare_amount": "-3.50", "passenger_count": "five", "reason": "passenger_count is no whole number"}
    assert row == written | changed


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("passenger_count", "3.0", 3),
        ("passenger_count", "", None),
        ("vendorid", "", None),
        ("ehail_fee", "", None),
        ("ehail_fee", "1.95", "1.95"),
        ("fare_amount", ".5", "0.50"),
        ("fare_amount", "0", "0.00"),
        ("fare_amount", "52.5000", "52.50"),
        ("tip_amount", "-1", "-1.00"),
        ("trip_distance", ".83", 0.83),
        ("store_and_fwd_flag", "", None),
    ],
)
def test_odd_but_right_values(spark, job, column, text, value):
    row = {name.lower(): cell for name, cell in GOOD.items()} | {column: text}
    (found,) = job.judge(job.as_texts(spark.createDataFrame([row]))).collect()
    assert found["reason"] is None
    assert found[column] == value if not isinstance(value, str) else str(found[column]) == value


VARIANTS = {
    "plain": f"{HEADER}\n{ROW}\n",
    "other case": f"{HEADER.upper()}\n{ROW}\n",
    "blanks in the header": f"{HEADER.replace(',', ' , ')}\n{ROW}\n",
    "blanks around values": f"{HEADER}\n{ROW.replace(',', ' , ')}\n",
    "Windows": f"{HEADER}\r\n{ROW}\r\n",
    "quoted": "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in (HEADER, ROW)) + "\n",
    "byte order mark": f"\ufeff{HEADER}\n{ROW}\n",
    "no last line break": f"{HEADER}\n{ROW}",
    "blank line": f"{HEADER}\n\n{ROW}\n\n",
    "two commas too many": f"{HEADER}\n{ROW},,\n",
    "other order": ",".join(reversed(GOOD)) + "\n" + ",".join(reversed(GOOD.values())) + "\n",
    "a column more": f"airport_fee,{HEADER}\n1.25,{ROW}\n",
}


def test_files_of_every_kind_give_the_same_ride(glue, capsys):
    for name, text in VARIANTS.items():
        glue.put(f"{name}.csv", text)
    glue.put("packed.csv.gz", gzip.compress(VARIANTS["plain"].encode()))
    glue.put("empty.csv", "")
    glue.put("header only.csv", HEADER + "\n")
    glue.run()
    rides = glue.rides()
    assert len(rides) == len(VARIANTS) + 1
    assert len(set(rides)) == 1
    assert "left out the columns airport_fee:" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", HEADER + "\n"])
def test_nothing_to_transform_fails_and_keeps_the_last_table(glue, text):
    raw = glue.put("a.csv", lines({}))
    glue.run()
    raw.write_text(text)
    with pytest.raises(ValueError, match=r"no raw file, or all of them are empty|none of the 0 raw rows is a ride"):
        glue.run()
    assert len(glue.rides()) == 1


def test_only_wrong_rows_fail_and_show_why(glue):
    glue.put("a.csv", lines({"fare_amount": "-1"}))
    with pytest.raises(ValueError, match="none of the 1 raw rows is a ride"):
        glue.run()
    assert [row["reason"] for row in glue.rejects()] == ["fare_amount is negative"]
    assert not (glue.root / "green").exists()


def test_a_file_of_another_table_is_named_by_its_columns(glue):
    glue.put("a.csv", "id,name\n1,Adele\n")
    with pytest.raises(ValueError, match=r"lack the columns lpep_pickup_datetime, .*; they have: id, name"):
        glue.run()


def test_a_column_that_stands_twice_is_not_guessed(glue):
    glue.put("a.csv", f"{HEADER},fare_amount\n{ROW},1\n")
    with pytest.raises(ValueError, match="lack the columns fare_amount"):
        glue.run()


def test_a_rerun_writes_the_same_bytes(glue, cluster_setting):
    outputs = []
    for zone in ("America/New_York", "Asia/Tokyo"):
        cluster_setting("spark.sql.session.timeZone", zone)
        glue.put("a.csv", lines(*({"PULocationID": str(number)} for number in range(20)), {"fare_amount": "-1"}))
        glue.run()
        outputs.append([part_file(glue.root / name).read_bytes() for name in ("green", "rejected")])
    assert outputs[0] == outputs[1]


def test_yesterdays_rejects_do_not_stay(glue):
    glue.put("a.csv", lines({}, {"fare_amount": "-1"}))
    glue.run()
    glue.put("a.csv", lines({}))
    glue.run()
    assert list((glue.root / "rejected").glob("part-*")) == [] or glue.rejects() == []


@pytest.mark.parametrize(
    ("folders", "message"),
    [
        (("s3://b/raw", "s3://b/raw/", "s3://b/no"), "--target s3://b/raw/ would replace --source s3://b/raw"),
        (("s3://b/raw/1", "s3://b/x", "s3://b/raw"), "--rejected s3://b/raw would replace --source s3://b/raw/1"),
        (("s3://b/raw", "s3://b/x", "s3://b/x"), "--target s3://b/x would replace --rejected s3://b/x"),
    ],
)
def test_folders_that_replace_each_other_are_refused(job, folders, message):
    with pytest.raises(ValueError, match=message):
        job.check_folders(*folders)


def test_a_neighbour_with_the_same_beginning_is_no_overlap(job):
    job.check_folders("s3://b/raw", "s3://b/raw_typed", "s3://b/raw_rejected")
