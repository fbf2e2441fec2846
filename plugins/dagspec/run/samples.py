"""Put the sample inputs of a spec into the local S3. What a user has put there is never replaced."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from dagspec.run.errors import RunError
from dagspec.run.inputs import Input

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NOT_FOUND = ("NoSuchBucket", "NoSuchKey")
CHUNK_BYTES = 1 << 20


def put_inputs(client: S3Client, inputs: Iterable[Input], record: Path) -> str:
    """Put what is missing, and what was put earlier from a file that has changed since.

    record: the file that remembers what was put. Returns one line that tells what was done, "" for no inputs.
    Raises RunError when S3 or a file refuses.
    """
    known = _read_record(record)
    told: dict[str, list[str]] = {"put": [], "in place": [], "kept as you have it": []}
    for one in inputs:
        try:
            told[_put(client, one, known)].append(one.uri)
        except (BotoCoreError, ClientError, OSError) as error:
            raise RunError(f"cannot put the sample input {one.path} to {one.uri}: {error}") from error
    _write_record(record, known)
    parts = [f"{word}: {', '.join(uris)}" for word, uris in told.items() if uris]
    return f"Sample inputs {'; '.join(parts)}" if parts else ""


def _put(client: S3Client, one: Input, known: dict[str, str]) -> str:
    """Put one input if that is due; return the word for what was done, and note in `known` what is ours."""
    with one.path.open("rb") as file:
        sample = hashlib.file_digest(file, "sha256").hexdigest()
    stored = _stored_digest(client, one)
    if stored == sample:
        known[one.uri] = sample
        return "in place"
    if stored is not None and stored != known.get(one.uri):
        return "kept as you have it"
    client.create_bucket(Bucket=one.bucket)
    with one.path.open("rb") as file:
        client.put_object(Bucket=one.bucket, Key=one.key, Body=file)
    known[one.uri] = sample
    return "put"


def _stored_digest(client: S3Client, one: Input) -> str | None:
    try:
        body = client.get_object(Bucket=one.bucket, Key=one.key)["Body"]
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_FOUND:
            return None
        raise
    digest = hashlib.sha256()
    for chunk in body.iter_chunks(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _read_record(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_record(path: Path, known: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(known, indent=1))
