"""The objects that a COPY reads: those below a prefix, or those of a manifest."""

from __future__ import annotations

import bz2
import gzip
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from localcloud.redshift.errors import INTERNAL_ERROR, SqlError
from localcloud.s3 import files

_HIDDEN = ("_", ".", "#")
_BUFFER = 1 << 18


@dataclass(frozen=True)
class Source:
    """One object: its URL and its file."""

    url: str
    path: Path


def split_url(url: str) -> tuple[str, str]:
    """Bucket and key."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return bucket, key


def below(s3: Path, url: str, *, columnar: bool) -> list[Source]:
    """The objects whose keys begin with a URL's key, in order. SqlError if there are none."""
    bucket, prefix = split_url(url)
    folder = _bucket(s3, bucket)
    found = [
        Source(f"s3://{bucket}/{key}", Path(file))
        for key, file, _ in files.scan(folder, prefix)
        if key.startswith(prefix)
    ]
    wanted = [source for source in found if not (columnar and _is_hidden(source.url))]
    if not wanted:
        raise SqlError(INTERNAL_ERROR, f"The specified S3 prefix '{prefix}' does not exist")
    return sorted(wanted, key=lambda source: source.url)


def of_manifest(s3: Path, url: str, *, columnar: bool) -> list[Source]:
    """The objects that a manifest lists. SqlError if it is none, or if a mandatory object is missing."""
    found: list[Source] = []
    for entry in _entries(s3, url):
        if columnar and "content_length" not in entry.get("meta", {}):
            raise SqlError(INTERNAL_ERROR, f"File entry does not have 'meta' key with content_length: {entry['url']}")
        source = object_at(s3, entry["url"])
        if source:
            found.append(source)
        elif entry.get("mandatory"):
            raise SqlError(
                INTERNAL_ERROR, f"Problem reading manifest file - the mandatory file {entry['url']} does not exist"
            )
    if not found:
        raise SqlError(INTERNAL_ERROR, f"none of the files of the manifest {url} exists")
    return found


def object_at(s3: Path, url: str) -> Source | None:
    """The object with exactly this URL, if it is there."""
    bucket, key = split_url(url)
    file = files.file_of(_bucket(s3, bucket), key)
    return Source(url, file) if file and files.stamp_of(file) else None


def open_bytes(source: Source, compression: str) -> IO[bytes]:
    """The content, decompressed while it is read."""
    if compression == "GZIP":
        return io.BufferedReader(gzip.GzipFile(source.path), _BUFFER)
    if compression == "BZIP2":
        return io.BufferedReader(bz2.BZ2File(source.path), _BUFFER)
    if compression == "ZSTD":
        import pyarrow  # heavy, and seldom needed here

        return io.BufferedReader(pyarrow.input_stream(str(source.path), compression="zstd"), _BUFFER)
    return source.path.open("rb", buffering=_BUFFER)


def _entries(s3: Path, url: str) -> list[dict[str, Any]]:
    manifest = object_at(s3, url)
    if manifest is None:
        raise SqlError(INTERNAL_ERROR, f"Problem reading manifest file - {url} does not exist")
    try:
        entries = json.loads(manifest.path.read_bytes())["entries"]
        good = all(entry["url"].startswith("s3://") for entry in entries)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SqlError(INTERNAL_ERROR, f"Problem reading manifest file - {url} is not a manifest in JSON") from error
    if not good:
        raise SqlError(INTERNAL_ERROR, f"Problem reading manifest file - {url}: every url begins with s3://")
    return entries


def _bucket(s3: Path, bucket: str) -> Path:
    if not files.is_bucket_name(bucket) or not (s3 / bucket).is_dir():
        raise SqlError(INTERNAL_ERROR, f"S3ServiceException: The specified bucket does not exist: {bucket}")
    return s3 / bucket


def _is_hidden(url: str) -> bool:
    name = url.rpartition("/")[2]
    return name.startswith(_HIDDEN) or name.endswith("~") or not name
