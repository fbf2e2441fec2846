"""One copy of the data: what the API has is in a file, what is in a file the API has."""

from __future__ import annotations

import http.client
import os
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from cloud import BUCKET, Cloud, serving


def test_an_object_is_a_plain_file(cloud: Cloud) -> None:
    cloud.put("plain/a b=ü.txt", "hello")
    assert cloud.file("plain/a b=ü.txt").read_text() == "hello"


def test_a_file_is_an_object(cloud: Cloud) -> None:
    file = cloud.file("dropped/here.txt")
    file.parent.mkdir()
    file.write_text("by hand")
    assert cloud.keys("dropped/") == ["dropped/here.txt"]
    assert cloud.get("dropped/here.txt") == b"by hand"
    file.write_text("changed by hand")
    assert cloud.get("dropped/here.txt") == b"changed by hand"
    assert cloud.s3.head_object(Bucket=BUCKET, Key="dropped/here.txt")["ContentLength"] == 15
    file.unlink()
    assert cloud.keys("dropped/") == []
    with pytest.raises(ClientError, match="NoSuchKey"):
        cloud.get("dropped/here.txt")


def test_a_folder_made_by_hand_is_a_bucket(cloud: Cloud) -> None:
    (cloud.root / "s3" / "by-hand").mkdir()
    assert "by-hand" in [bucket["Name"] for bucket in cloud.s3.list_buckets()["Buckets"]]
    cloud.put("x", "1", bucket="by-hand")
    assert cloud.file("x", bucket="by-hand").read_text() == "1"


def test_delete_removes_the_file_and_its_empty_folders(cloud: Cloud) -> None:
    cloud.put("gone/deep/one", "1")
    cloud.put("gone/two", "2")
    cloud.s3.delete_object(Bucket=BUCKET, Key="gone/deep/one")
    assert not cloud.file("gone/deep").exists()
    assert cloud.file("gone/two").exists()
    cloud.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "gone/two"}]})
    assert not cloud.file("gone").exists()
    assert cloud.file("").is_dir()


def test_delete_of_a_file_that_the_api_has_not_seen(cloud: Cloud) -> None:
    cloud.file("unseen").write_text("1")
    cloud.s3.delete_object(Bucket=BUCKET, Key="unseen")
    assert not cloud.file("unseen").exists()


def test_copy(cloud: Cloud) -> None:
    cloud.put("copy/from", "body")
    cloud.s3.copy_object(Bucket=BUCKET, Key="copy/to", CopySource={"Bucket": BUCKET, "Key": "copy/from"})
    assert cloud.file("copy/to").read_text() == "body"


def test_overwrite_in_parts_and_ranges(cloud: Cloud, tmp_path: Path) -> None:
    body = os.urandom(9 * 1024 * 1024)  # above boto3's threshold for a multipart upload
    (tmp_path / "big").write_bytes(body)
    cloud.put("big", "small")
    cloud.s3.upload_file(str(tmp_path / "big"), BUCKET, "big")
    assert cloud.file("big").read_bytes() == body
    assert cloud.get("big") == body
    piece = cloud.s3.get_object(Bucket=BUCKET, Key="big", Range="bytes=8388600-8388615")["Body"].read()
    assert piece == body[8388600:8388616]


def test_an_upload_that_is_not_completed_leaves_nothing(cloud: Cloud) -> None:
    before = sorted(cloud.file("").rglob("*"))
    upload = cloud.s3.create_multipart_upload(Bucket=BUCKET, Key="half/done")["UploadId"]
    cloud.s3.upload_part(Bucket=BUCKET, Key="half/done", UploadId=upload, PartNumber=1, Body=b"1" * 100)
    assert sorted(cloud.file("").rglob("*")) == before
    assert cloud.keys("half/") == []
    cloud.s3.abort_multipart_upload(Bucket=BUCKET, Key="half/done", UploadId=upload)


def test_what_a_running_job_has_not_committed_is_hidden(cloud: Cloud) -> None:
    for name in ("_temporary/0/part-0", ".spark-staging-1/part-0", ".localcloud-upload-1"):
        file = cloud.file(f"job/{name}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("unfinished")
    cloud.file("job/part-0").write_text("done")
    assert cloud.keys("job/") == ["job/part-0"]
    assert cloud.keys("job/_temporary/") == []


@pytest.mark.parametrize(
    "key",
    [
        "../escaped",
        "a/../../escaped",
        "/etc/escaped",
        "a//b",
        "folder/",
        "./a",
        "a/./b",
        "x" * 251,
        "_temporary/escaped",
    ],
)
def test_a_key_without_a_faithful_file_stays_in_memory(cloud: Cloud, key: str) -> None:
    cloud.s3.create_bucket(Bucket="hostile")
    cloud.put(key, "kept", bucket="hostile")
    assert cloud.get(key, bucket="hostile") == b"kept"
    assert key in cloud.keys(bucket="hostile")
    assert list(cloud.file("", bucket="hostile").iterdir()) == []
    assert not list(cloud.root.glob("**/escaped"))
    cloud.s3.delete_object(Bucket="hostile", Key=key)
    assert cloud.keys(bucket="hostile") == []


def test_a_key_beside_a_folder_of_its_name(cloud: Cloud) -> None:
    cloud.put("both/a/b", "deep")
    cloud.put("both/a", "flat")
    assert cloud.keys("both/") == ["both/a", "both/a/b"]
    assert (cloud.get("both/a"), cloud.get("both/a/b")) == (b"flat", b"deep")


def test_a_symbolic_link_does_not_lead_out(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    cloud.file("linked").symlink_to(tmp_path)
    cloud.put("linked/new", "kept in memory")
    assert not (tmp_path / "new").exists()
    assert cloud.keys("linked/") == ["linked/new"]
    with pytest.raises(ClientError, match="NoSuchKey"):
        cloud.get("linked/secret")
    cloud.file("linked").unlink()


@pytest.mark.parametrize("name", ["..", "...", "a..b", "Upper", "under_score", "%2e%2e", "a%2fb"])
def test_a_bucket_name_that_aws_refuses(cloud: Cloud, name: str) -> None:
    before = sorted(cloud.root.rglob("*/"))
    connection = http.client.HTTPConnection(cloud.endpoint.removeprefix("http://"))
    connection.request("PUT", f"/{name}")
    assert connection.getresponse().status >= 400
    assert sorted(cloud.root.rglob("*/")) == before


def test_a_bucket_with_objects_is_not_deleted(cloud: Cloud) -> None:
    cloud.s3.create_bucket(Bucket="full")
    cloud.file("made-by-hand", bucket="full").write_text("1")
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        cloud.s3.delete_bucket(Bucket="full")
    cloud.s3.delete_object(Bucket="full", Key="made-by-hand")
    cloud.s3.delete_bucket(Bucket="full")
    assert not cloud.file("", bucket="full").exists()


def test_versions_keep_their_bodies(cloud: Cloud) -> None:
    cloud.s3.create_bucket(Bucket="versioned")
    cloud.s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    first = cloud.s3.put_object(Bucket="versioned", Key="k", Body=b"1")["VersionId"]
    cloud.put("k", "2", bucket="versioned")
    assert cloud.file("k", bucket="versioned").read_text() == "2"
    old = cloud.s3.get_object(Bucket="versioned", Key="k", VersionId=first)["Body"].read()
    assert old == b"1"
    cloud.s3.delete_object(Bucket="versioned", Key="k")
    assert not cloud.file("k", bucket="versioned").exists()


def test_bodies_and_buckets_survive_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path / "cloud", "--spark", "cold") as first:
        first.s3.create_bucket(Bucket=BUCKET)
        first.s3.create_bucket(Bucket="empty")
        first.put("a/b", "body")
    with serving(tmp_path / "cloud", "--spark", "cold") as second:
        assert [bucket["Name"] for bucket in second.s3.list_buckets()["Buckets"]] == ["empty", BUCKET]
        assert second.keys() == ["a/b"]
        assert second.get("a/b") == b"body"
