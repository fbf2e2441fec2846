"""Objects that a program wants as local files."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlsplit

from localcloud.s3.files import file_of, is_bucket_name

_SCHEMES = ("s3", "s3a", "s3n")


class FetchError(Exception):
    """A file that was asked for is not there; the message names it."""


def fetch(uri: str, s3: Path, folder: Path) -> Path:
    """A local file for `s3://…`, `file://…` or a path; objects are copied into the folder.

    FetchError if there is no such object or file.
    """
    parts = urlsplit(uri)
    if parts.scheme in _SCHEMES:
        return _copy(uri, s3, parts.netloc, parts.path.lstrip("/"), folder)
    file = Path(parts.path if parts.scheme in ("file", "local") else uri)
    if not file.exists():
        raise FetchError(f"{uri} does not exist")
    return file


def _copy(uri: str, s3: Path, bucket: str, key: str, folder: Path) -> Path:
    source = file_of(s3 / bucket, key) if is_bucket_name(bucket) else None
    if source is None or not source.is_file():
        raise FetchError(f"{uri} does not exist")
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(source, folder / source.name))
