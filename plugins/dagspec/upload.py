"""Put the files that specs name where their tasks will find them: under their hash, so nothing is ever replaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dagspec.compiler import Compiled, compile_spec
from dagspec.environment import Environment
from dagspec.lazy import lazily
from dagspec.problem import Problem, SpecError
from dagspec.specs import read_all

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_BUCKET = lazily(r"\bs3[an]?://([a-z0-9][a-z0-9.-]+)")


class Upload(Struct, frozen=True):
    """One file: where it goes, and whether it was there already."""

    uri: str
    path: Path
    present: bool


def compile_all(root: Path, environment: Environment) -> list[Compiled]:
    """All specs of a repository. Raises SpecError with the problems of every broken one."""
    problems: list[Problem] = []
    compiled: list[Compiled] = []
    for source in read_all(root):
        try:
            compiled.append(compile_spec(source, environment, root))
        except SpecError as error:
            # a DAG that only dag-factory itself can load needs no files of ours
            problems += [problem for problem in error.problems if problem.severity == "error"]
    if problems:
        raise SpecError(problems)
    return compiled


def upload(client: S3Client, specs: Iterable[Compiled], dry_run: bool = False) -> Iterator[Upload]:
    """Upload what the specs need and S3 does not have; yields each file as it is done."""
    files = {uri: path for spec in specs for uri, path in spec.files.items()}
    for uri, path in sorted(files.items()):
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        present = _exists(client, bucket, key)
        if not present and not dry_run:
            client.upload_file(str(path), bucket, key)
        yield Upload(uri, path, present)


def _exists(client: S3Client, bucket: str, key: str) -> bool:
    # a listing tells a missing bucket from a missing key, and needs no right to read the object
    found = client.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", [])
    return any(item["Key"] == key for item in found)


def buckets(value: Any) -> set[str]:
    """The buckets of all `s3://` paths in a config; names that a template makes are not known yet."""
    if isinstance(value, dict):
        return set().union(*(buckets(inner) for inner in value.values()))
    if isinstance(value, (list, tuple)):
        return set().union(*(buckets(inner) for inner in value))
    return set(_BUCKET.findall(value)) if isinstance(value, str) else set()
