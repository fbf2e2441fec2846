"""Outputs: read from a real S3."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from dagspec.run.outputs import Dataset, find_outputs
from dagspec.run.report import print_outputs

PAST = timedelta(minutes=5)


def put(s3, key: str, body: bytes) -> None:
    s3.put_object(Bucket="lake", Key=key, Body=body)


def parquet(rows: int) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"id": list(range(rows)), "name": ["x"] * rows}), buffer)
    return buffer.getvalue()


def outputs(s3, since: datetime | None = None) -> list[Dataset]:
    return find_outputs(s3, ["lake"], since or datetime.now(UTC) - PAST, ("logs/", "code/"))


def test_part_files_are_one_dataset(s3) -> None:
    put(s3, "flat/part-0.snappy.parquet", parquet(5))
    put(s3, "flat/part-1.snappy.parquet", parquet(7))
    (dataset,) = outputs(s3)
    assert (dataset.path, dataset.format, dataset.files) == ("s3://lake/flat/", "parquet", 2)
    assert dataset.content is not None
    assert (dataset.content.rows, dataset.content.columns) == (12, ["id", "name"])
    assert dataset.content.sample == [{"id": i, "name": "x"} for i in range(3)]


def test_partition_folders_belong_to_the_dataset_above(s3) -> None:
    for year in (2020, 2021):
        put(s3, f"rides/year={year}/part-0.parquet", parquet(1))
    assert [dataset.path for dataset in outputs(s3)] == ["s3://lake/rides/"]


def test_single_objects_stay_apart(s3) -> None:
    put(s3, "in/a.csv", b"id\n1\n")
    put(s3, "in/b.csv", b"id\n1\n")
    assert [dataset.path for dataset in outputs(s3)] == ["s3://lake/in/a.csv", "s3://lake/in/b.csv"]


def test_csv_counts_rows_not_lines(s3) -> None:
    put(s3, "a.csv", b'id,text\n1,"two\nlines"\n2,"a ""quote"""\n\n')
    content = outputs(s3)[0].content
    assert content is not None
    assert content.rows == 2
    assert content.sample[0] == {"id": "1", "text": "two\nlines"}


def test_compressed_csv_and_json_lines(s3) -> None:
    put(s3, "a.csv.gz", gzip.compress(b"id\n1\n2\n"))
    put(s3, "b.jsonl", b'{"id": 1}\n{"id": 2}\n{"id": 3}\n{"id": 4}\n')
    first, second = outputs(s3)
    assert first.content is not None and first.content.rows == 2
    assert second.content is not None and second.content.rows == 4
    assert second.content.sample == [{"id": 1}, {"id": 2}, {"id": 3}]


@pytest.mark.parametrize("key", ["x.parquet", "x.json", "x.csv.gz"])
def test_a_broken_file_says_why(s3, key: str) -> None:
    put(s3, key, b"\x00 this is not a table")
    (dataset,) = outputs(s3)
    assert dataset.content is None
    assert dataset.problem is not None and dataset.problem.startswith("unreadable: ")


def test_empty_files(s3) -> None:
    put(s3, "a.csv", b"")
    put(s3, "b.parquet", parquet(0))
    put(s3, "c.csv", b"id,name\n")
    counts = [dataset.content and (dataset.content.rows, len(dataset.content.columns)) for dataset in outputs(s3)]
    assert counts == [(0, 0), (0, 2), (0, 2)]


def test_markers_logs_and_code_are_no_outputs(s3) -> None:
    for key in ("out/_SUCCESS", "out/_temporary/0/part-0.csv", "logs/j-1/stdout", "code/ab/split.py", "dir/"):
        put(s3, key, b"x")
    assert outputs(s3) == []


def test_older_objects_are_no_outputs(s3) -> None:
    put(s3, "a.csv", b"id\n1\n")
    assert outputs(s3, datetime.now(UTC) + PAST) == []


def test_all_buckets_when_none_is_named(s3) -> None:
    s3.create_bucket(Bucket="other")
    s3.put_object(Bucket="other", Key="a.csv", Body=b"id\n1\n")
    found = find_outputs(s3, [], datetime.now(UTC) - PAST, ())
    assert [dataset.path for dataset in found] == ["s3://other/a.csv"]


def test_the_table_fits_a_narrow_terminal_and_shows_markup_as_text(s3) -> None:
    put(s3, "a.csv", b"id,text\n1,[red]" + b"long " * 200 + b"\n")
    console = Console(width=60, record=True, file=io.StringIO())
    print_outputs(console, outputs(s3))
    text = console.export_text()
    assert "s3://lake/a.csv" in text
    assert "[red]long" in text
    assert max(map(len, text.splitlines())) <= 60


def test_nothing_produced_is_said() -> None:
    console = Console(record=True, file=io.StringIO())
    print_outputs(console, [])
    assert "wrote nothing" in console.export_text()


def _columns(**columns: pa.Array) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


UNREADABLE = {
    "late.parquet": (_columns(at=pa.array([2**62], pa.timestamp("us"))), "unreadable: date value out of range"),
    "zone.parquet": (_columns(at=pa.array([1], pa.timestamp("us", "Foo/Bar"))), "UnknownTimeZoneError: 'Foo/Bar'"),
    "deep.json": (b'{"a":' * 200_000 + b"1" + b"}" * 200_000, "unreadable: RecursionError"),
    "list.json": (b"[1, 2]\n", "unreadable: a line is no JSON object"),
}


@pytest.mark.parametrize("key", UNREADABLE)
def test_odd_content_is_told_and_no_crash(s3, key: str) -> None:
    body, expected = UNREADABLE[key]
    put(s3, key, body)
    (dataset,) = outputs(s3)
    assert dataset.content is None
    assert dataset.problem is not None and expected in dataset.problem


def test_json_columns_are_those_of_all_rows(s3) -> None:
    put(s3, "a.json", b'{"id": 1}\n\n{"id": 2, "reason": "late"}\n')
    content = outputs(s3)[0].content
    assert content is not None
    assert (content.rows, content.columns) == (2, ["id", "reason"])


def test_control_characters_are_shown_and_do_nothing(s3) -> None:
    put(s3, "a\x1b[31m.csv", "id\x1b[2J,name\n1,\x1b]0;title\x07\u202e\n".encode())
    console = Console(width=100, record=True, file=io.StringIO())
    print_outputs(console, outputs(s3))
    text = console.export_text()
    assert "s3://lake/a\\x1b[31m.csv" in text
    assert "id\\x1b[2J" in text
    assert "\\x1b]0;title\\x07\\u202e" in text
    assert "\x1b" not in text
