"""What a run has produced: the changed objects of the buckets, grouped to datasets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from dagspec.run.environment import REGION
from dagspec.run.peek import Content, UnreadableError, file_format, peek

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SAMPLE_ROWS = 3
# S3 tells times in whole seconds.
CLOCK_TOLERANCE = timedelta(seconds=1)
_MARKERS = ("_SUCCESS", "_committed", "_started", "_temporary")


@dataclass(frozen=True)
class StoredObject:
    """An object of S3; size in bytes."""

    bucket: str
    key: str
    size: int
    modified: datetime


@dataclass(frozen=True)
class Dataset:
    """One or more objects that belong together. ``content`` is None when ``problem`` tells why."""

    path: str
    format: str
    files: int
    size: int
    content: Content | None
    problem: str | None


def s3_client(endpoint_url: str) -> S3Client:
    """Return a client for the local cloud's S3."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the local cloud accepts any
        config=Config(s3={"addressing_style": "path"}, proxies={}, retries={"max_attempts": 3}),
    )


def find_outputs(
    client: S3Client, buckets: Sequence[str], since: datetime, ignored_prefixes: Sequence[str]
) -> list[Dataset]:
    """Return the datasets that changed after ``since``, sorted by path.

    An empty list of buckets means all. Files that cannot be read are datasets with a problem.
    """
    names = buckets or [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]
    groups: dict[str, list[StoredObject]] = defaultdict(list)
    for name in names:
        for entry in _objects(client, name):
            if _counts(entry, since, ignored_prefixes):
                groups[_dataset_path(entry)].append(entry)
    return [_describe(client, path, groups[path]) for path in sorted(groups)]


def _objects(client: S3Client, bucket: str) -> Iterator[StoredObject]:
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", ()):
            yield StoredObject(bucket, entry["Key"], entry["Size"], entry["LastModified"].astimezone(UTC))


def _counts(entry: StoredObject, since: datetime, ignored_prefixes: Sequence[str]) -> bool:
    if entry.modified < since.replace(microsecond=0) - CLOCK_TOLERANCE or entry.key.endswith("/"):
        return False
    if entry.key.startswith(tuple(ignored_prefixes)):
        return False
    return not any(part.startswith(_MARKERS) for part in entry.key.split("/"))


def _dataset_path(entry: StoredObject) -> str:
    """Return the folder of part files, above ``key=value`` folders; any other object is its own."""
    *folders, name = entry.key.split("/")
    partition = next((index for index, folder in enumerate(folders) if "=" in folder), None)
    if partition is None and not name.startswith("part-"):
        return f"s3://{entry.bucket}/{entry.key}"
    return "/".join([f"s3://{entry.bucket}", *folders[:partition], ""])


def _describe(client: S3Client, path: str, objects: list[StoredObject]) -> Dataset:
    size = sum(entry.size for entry in objects)
    formats = sorted({file_format(entry.key) for entry in objects})
    content: Content | None = None
    problem: str | None = None
    try:
        content = _content(client, objects)
    except UnreadableError as error:
        problem = str(error)
    return Dataset(path, ", ".join(formats), len(objects), size, content, problem)


def _content(client: S3Client, objects: list[StoredObject]) -> Content:
    parts = [peek(client, entry.bucket, entry.key, SAMPLE_ROWS) for entry in objects]
    first = next((part for part in parts if part.rows), parts[0])
    sample = [row for part in parts for row in part.sample][:SAMPLE_ROWS]
    return Content(sum(part.rows for part in parts), first.columns, sample)
