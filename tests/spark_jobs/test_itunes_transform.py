"""transform_raw.py: from blobs of JSON text to the typed table."""

import json
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itunes_expected import key_of

FLAT_SCHEMA = {
    "wrapper_type": "string",
    "kind": "string",
    "artist_id": "bigint",
    "collection_id": "bigint",
    "track_id": "bigint",
    "artist_name": "string",
    "collection_name": "string",
    "track_name": "string",
    "collection_censored_name": "string",
    "track_censored_name": "string",
    "artist_view_url": "string",
    "collection_view_url": "string",
    "track_view_url": "string",
    "collection_price": "double",
    "collection_HD_price": "double",
    "track_price": "double",
    "track_HD_price": "double",
    "currency": "string",
    "country": "string",
    "release_date": "timestamp",
    "collection_explicitness": "string",
    "track_explicitness": "string",
    "content_advisory_rating": "string",
    "disc_count": "int",
    "disc_number": "int",
    "track_count": "int",
    "track_number": "int",
    "track_time_millis": "int",
    "primary_genre_name": "string",
    "is_streamable": "boolean",
}

NOT_OBJECTS = [
    None,
    "",
    "  ",
    "null",
    "7",
    '"text"',
    "[]",
    '[{"artistId": 1}]',
    "{'artistId': 1}",
    '{"artistId": 1',
    '{"artistId": 1,}',
    '{"artistId": 1}]',
    '{"artistId": 1}}',
    '{"artistId": 1} tail',
    '{"artistId": 1}{"artistId": 2}',
    '{"artistId": 1},{"artistId": 2}',
    '{"trackPrice": NaN}',
]

ODD_VALUES = [
    # key of the hit, its value, column, what the table must hold
    ("artistId", 3_000_000_001, "artist_id", 3_000_000_001),
    ("artistId", "12", "artist_id", 12),
    ("artistId", 10**30, "artist_id", None),
    ("artistId", 1.5, "artist_id", None),
    ("artistId", True, "artist_id", None),
    ("artistId", {"id": 1}, "artist_id", None),
    ("trackCount", 2**31, "track_count", None),
    ("trackPrice", -1.0, "track_price", -1.0),
    ("trackPrice", 2, "track_price", 2.0),
    ("trackPrice", "9.99", "track_price", 9.99),
    ("trackPrice", "free", "track_price", None),
    ("trackPrice", "NaN", "track_price", None),
    ("trackPrice", "1e999", "track_price", None),
    ("trackPrice", [1.0], "track_price", None),
    ("trackHdPrice", 14.99, "track_HD_price", 14.99),
    ("collectionHdPrice", 19.99, "collection_HD_price", 19.99),
    ("isStreamable", False, "is_streamable", False),
    ("isStreamable", "maybe", "is_streamable", None),
    ("releaseDate", "2004-06-15T12:00:00Z", "release_date", datetime(2004, 6, 15, 12, tzinfo=UTC)),
    ("releaseDate", "2004-06-15T12:00:00+02:00", "release_date", datetime(2004, 6, 15, 10, tzinfo=UTC)),
    ("releaseDate", "1899-12-31T23:59:59Z", "release_date", datetime(1899, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ("releaseDate", "1582-10-04", "release_date", datetime(1582, 10, 4, tzinfo=UTC)),
    ("releaseDate", "2004-02-30", "release_date", None),
    ("releaseDate", "12:30", "release_date", None),
    ("releaseDate", 2004, "release_date", None),
    ("trackName", None, "track_name", None),
    ("trackName", "", "track_name", ""),
    ("trackName", " padded\t", "track_name", " padded\t"),
    ("trackName", 'He said "it\'s \\"so\\""', "track_name", 'He said "it\'s \\"so\\""'),
    ("trackName", "春 ✨ Zoë 🎸", "track_name", "春 ✨ Zoë 🎸"),
    ("trackName", "line\r\nbreak", "track_name", "line\r\nbreak"),
    ("trackName", 1989, "track_name", "1989"),
    ("trackName", ["a", 1], "track_name", '["a",1]'),
]


def transform(job, source, target):
    """Run the job and read its table back with another library than Spark."""
    assert job.main([source, str(target)]) == 0
    return pq.read_table(target)


def test_the_table_has_exactly_these_columns(spark, transform_job):
    blobs = spark.createDataFrame([("{}",)], "json_blob string")
    flat = transform_job.flatten(transform_job.parse_blobs(blobs))
    assert dict(flat.dtypes) == FLAT_SCHEMA
    assert flat.columns == list(FLAT_SCHEMA)


@pytest.mark.parametrize("ansi", ["true", "false"])
def test_odd_values_become_the_right_value_or_null(spark, transform_job, write_blobs, tmp_path, cluster_setting, ansi):
    cluster_setting("spark.sql.ansi.enabled", ansi)
    cluster_setting("spark.sql.session.timeZone", "America/New_York")
    blobs = [json.dumps({"wrapperType": str(n), key: value}) for n, (key, value, _, _) in enumerate(ODD_VALUES)]
    rows = transform(transform_job, write_blobs(blobs), tmp_path / "flat").to_pylist()
    by_number = {int(row["wrapper_type"]): row for row in rows}
    got = [(*odd[:3], by_number[number][odd[2]]) for number, odd in enumerate(ODD_VALUES)]
    assert got == ODD_VALUES


def test_a_missing_key_is_null(spark, transform_job, write_blobs, tmp_path):
    (row,) = transform(transform_job, write_blobs(["{}"]), tmp_path / "flat").to_pylist()
    assert row == dict.fromkeys(FLAT_SCHEMA)


def test_an_audiobook_keeps_its_artist_and_collection(spark, transform_job, write_blobs, tmp_path):
    book = {"wrapperType": "audiobook", "artistId": 7, "artistName": "A", "collectionId": 8, "collectionPrice": 19.95}
    (row,) = transform(transform_job, write_blobs([json.dumps(book)]), tmp_path / "flat").to_pylist()
    found = {name: value for name, value in row.items() if value is not None}
    assert found == {
        "wrapper_type": "audiobook",
        "artist_id": 7,
        "artist_name": "A",
        "collection_id": 8,
        "collection_price": 19.95,
    }


@pytest.mark.parametrize("ansi", ["true", "false"])
def test_blobs_that_are_no_objects_are_reported_and_left_out(
    spark, transform_job, write_blobs, tmp_path, capsys, cluster_setting, ansi
):
    cluster_setting("spark.sql.ansi.enabled", ansi)
    source = write_blobs([*NOT_OBJECTS, '{"artistId": 1}', ' {"artistId": 2}\n'])
    table = transform(transform_job, source, tmp_path / "flat")
    assert sorted(table["artist_id"].to_pylist()) == [1, 2]
    total = len(NOT_OBJECTS) + 2
    line = f"{len(NOT_OBJECTS)} of {total} blobs are not JSON objects; they are left out"
    assert line in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("text", NOT_OBJECTS)
def test_each_of_them_alone_is_no_object(spark, transform_job, text):
    blobs = spark.createDataFrame([(text,)], "json_blob string")
    assert transform_job.count_blobs(transform_job.parse_blobs(blobs)) == (1, 1)


def test_nothing_is_reported_when_all_blobs_are_objects(spark, transform_job, write_blobs, tmp_path, capsys):
    transform(transform_job, write_blobs(["{}", "{}"]), tmp_path / "flat")
    assert "left out" not in capsys.readouterr().out


def test_no_blobs_give_an_empty_table(spark, transform_job, write_blobs, tmp_path):
    table = transform(transform_job, write_blobs([]), tmp_path / "flat")
    assert (table.num_rows, table.column_names) == (0, list(FLAT_SCHEMA))


def test_a_second_run_replaces_the_table(spark, transform_job, write_blobs, tmp_path):
    transform(transform_job, write_blobs(['{"artistId": 1}', '{"artistId": 2}']), tmp_path / "flat")
    table = transform(transform_job, write_blobs(['{"artistId": 3}']), tmp_path / "flat")
    assert table["artist_id"].to_pylist() == [3]


KNOWN_KEYS = [key_of(column) for column in FLAT_SCHEMA]
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
OBJECTS = st.dictionaries(st.sampled_from(KNOWN_KEYS) | st.text(), JSON_VALUES, max_size=8)
FEW = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FEW
@given(objects=st.lists(OBJECTS, min_size=1, max_size=40), ascii_only=st.booleans())
def test_any_json_object_passes(spark, transform_job, write_blobs, tmp_path, objects, ascii_only):
    numbered = [hit | {"wrapperType": f"n{number}"} for number, hit in enumerate(objects)]
    blobs = [json.dumps(hit, ensure_ascii=ascii_only) for hit in numbered]
    rows = transform(transform_job, write_blobs(blobs), tmp_path / "flat").to_pylist()
    by_number = {row["wrapper_type"]: row for row in rows}
    assert len(rows) == len(by_number) == len(objects)
    for hit in numbered:
        check_well_typed_values(hit, by_number[hit["wrapperType"]])


def check_well_typed_values(hit, row):
    """Values of the right JSON type must arrive as they are; an id that is no 64-bit number is null."""
    if isinstance(hit.get("trackName"), str):
        assert row["track_name"] == hit["trackName"]
    if isinstance(hit.get("trackPrice"), float):
        assert row["track_price"] == hit["trackPrice"]
    if type(hit.get("artistId")) is int:
        fits = -(2**63) <= hit["artistId"] < 2**63
        assert row["artist_id"] == (hit["artistId"] if fits else None)


def test_a_source_without_json_blob_is_one_clear_line(spark, transform_job, tmp_path, capsys):
    spark.range(1).write.parquet(str(tmp_path / "other"))
    assert transform_job.main([str(tmp_path / "other"), str(tmp_path / "flat")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("it needs a column `json_blob string`, but has: id bigint")
    assert not (tmp_path / "flat").exists()


def test_a_source_that_is_not_there_is_one_clear_line(spark, transform_job, tmp_path, capsys):
    assert transform_job.main([str(tmp_path / "gone"), str(tmp_path / "flat")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "Path does not exist" in line
    assert str(tmp_path / "gone") in line
