"""Sample inputs reach the local S3, and what the user has put there stays."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from dagspec.run.errors import RunError
from dagspec.run.inputs import Input
from dagspec.run.outputs import s3_client
from dagspec.run.ports import LOOPBACK, free_port
from dagspec.run.samples import put_inputs

KEY = "raw/a.csv"


@pytest.fixture
def sample(tmp_path: Path) -> Input:
    (tmp_path / "a.csv").write_text("id\n1\n")
    return Input("lake", KEY, tmp_path / "a.csv")


def body(s3) -> str:
    return s3.get_object(Bucket="lake", Key=KEY)["Body"].read().decode()


def test_a_missing_input_is_put_once(s3, sample: Input, tmp_path: Path) -> None:
    record = tmp_path / "state/samples.json"
    assert put_inputs(s3, [sample], record) == "Sample inputs put: s3://lake/raw/a.csv"
    before = s3.head_object(Bucket="lake", Key=KEY)["LastModified"]
    assert put_inputs(s3, [sample], record) == "Sample inputs in place: s3://lake/raw/a.csv"
    assert s3.head_object(Bucket="lake", Key=KEY)["LastModified"] == before
    assert body(s3) == "id\n1\n"


def test_a_changed_sample_replaces_the_old_one(s3, sample: Input, tmp_path: Path) -> None:
    record = tmp_path / "samples.json"
    put_inputs(s3, [sample], record)
    sample.path.write_text("id\n2\n")
    assert put_inputs(s3, [sample], record) == "Sample inputs put: s3://lake/raw/a.csv"
    assert body(s3) == "id\n2\n"


@pytest.mark.parametrize("earlier", [True, False])
def test_the_users_own_object_is_kept(s3, sample: Input, tmp_path: Path, earlier: bool) -> None:
    record = tmp_path / "samples.json"
    if earlier:
        put_inputs(s3, [sample], record)
    s3.put_object(Bucket="lake", Key=KEY, Body=b"mine")
    sample.path.write_text("id\n3\n")
    for _ in range(2):
        assert put_inputs(s3, [sample], record) == "Sample inputs kept as you have it: s3://lake/raw/a.csv"
    assert body(s3) == "mine"


def test_a_deleted_input_comes_back_and_so_does_its_bucket(s3, sample: Input, tmp_path: Path) -> None:
    other = Input("new-bucket", KEY, sample.path)
    record = tmp_path / "samples.json"
    put_inputs(s3, [sample], record)
    s3.delete_object(Bucket="lake", Key=KEY)
    told = put_inputs(s3, [sample, other], record)
    assert told == "Sample inputs put: s3://lake/raw/a.csv, s3://new-bucket/raw/a.csv"


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"s3://lake/raw/a.csv": 1}'])
def test_a_broken_record_loses_nothing(s3, sample: Input, tmp_path: Path, text: str) -> None:
    (tmp_path / "samples.json").write_text(text)
    s3.put_object(Bucket="lake", Key=KEY, Body=b"mine")
    assert "kept" in put_inputs(s3, [sample], tmp_path / "samples.json")
    assert body(s3) == "mine"


def test_no_inputs_say_nothing(s3, tmp_path: Path) -> None:
    assert put_inputs(s3, [], tmp_path / "samples.json") == ""


def test_a_refusal_is_one_clear_error(sample: Input, tmp_path: Path) -> None:
    nobody = s3_client(f"http://{LOOPBACK}:{free_port()}")
    with pytest.raises(RunError, match=r"cannot put the sample input .*a\.csv to s3://lake/raw/a\.csv: "):
        put_inputs(nobody, [sample], tmp_path / "samples.json")


def test_a_large_input_is_compared_in_parts(s3, sample: Input, tmp_path: Path) -> None:
    size = 24 << 20
    with sample.path.open("wb") as file:
        file.truncate(size)
    put_inputs(s3, [sample], tmp_path / "samples.json")
    tracemalloc.start()
    told = put_inputs(s3, [sample], tmp_path / "samples.json")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "in place" in told
    assert peak < size / 2
