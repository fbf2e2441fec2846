"""The files behind `s3://` locations and internal stages: listed, read and written as plain files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from localcloud.s3 import files as s3
from localcloud.snowflake.errors import remote_file_missing, syntax, unsupported


@dataclass(frozen=True)
class StoredFile:
    """One file of a location. `size` in bytes, `modified_ns` since the epoch."""

    url: str
    key: str
    path: Path
    size: int
    modified_ns: int

    def etag(self) -> str:
        """The MD5 of the content: what tells a changed file from one that was loaded before."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "md5").hexdigest()


class Storage:
    """S3 as folders: `<s3_root>/<bucket>/<key>`, the same files that the local cloud's S3 serves."""

    def __init__(self, s3_root: Path) -> None:
        self.root = s3_root

    def find(self, url: str) -> list[StoredFile]:
        """The files whose URL begins with `url`, sorted; empty files are no data, as in Snowflake."""
        found = self._in_bucket(url) if is_s3(url) else _in_folder(url)
        return sorted((file for file in found if file.size and not _is_marker(file)), key=lambda file: file.url)

    def path(self, url: str) -> Path:
        """The file that stands for a URL, which need not exist. Its bucket must."""
        if not is_s3(url):
            return Path(url)
        bucket, key = self._split(url)
        file = s3.file_of(bucket, key)
        if file is None:
            raise unsupported(f"the object name {url!r}", "no file on this machine can stand for it")
        return file

    def read(self, url: str) -> StoredFile:
        """The file at exactly this URL; an error if there is none."""
        for file in self.find(url):
            if file.url == url:
                return file
        raise remote_file_missing(url)

    def registered(self, url: str) -> StoredFile:
        """A file of an external table, which may be gone by now: reading it is an error then."""
        key = url.split("/", 3)[3] if is_s3(url) else url
        path = self.root / urlsplit(url).netloc / key if is_s3(url) else Path(url)
        return StoredFile(url, key, path, 0, 0)

    def remove(self, file: StoredFile) -> None:
        """Delete a file, and the folders that are empty then."""
        bucket = self._split(file.url)[0] if is_s3(file.url) else file.path.parent
        s3.remove(bucket, file.path)

    def _in_bucket(self, url: str) -> Iterator[StoredFile]:
        bucket, prefix = self._split(url)
        base = f"s3://{bucket.name}/"
        for key, path, stamp in s3.scan(bucket, prefix):
            if key.startswith(prefix):
                yield StoredFile(base + key, key, Path(path), stamp.size, stamp.modified_ns)

    def _split(self, url: str) -> tuple[Path, str]:
        name, key = urlsplit(url).netloc, url.split("/", 3)[3] if url.count("/") > 2 else ""
        bucket = self.root / name
        if not s3.is_bucket_name(name) or not bucket.is_dir():
            raise syntax(f"The bucket '{name}' of {url!r} does not exist in the local S3; make it first.")
        return bucket, key


def is_s3(url: str) -> bool:
    """Whether a URL is one of S3's; else it is a path of an internal stage."""
    return url.startswith("s3://")


def matching(files: list[StoredFile], pattern: str | None) -> list[StoredFile]:
    """The files whose whole path matches a regular expression, as PATTERN is defined."""
    if pattern is None:
        return files
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise syntax(f"Invalid PATTERN '{pattern}': {error}.") from None
    return [file for file in files if wanted.fullmatch(file.key) or wanted.fullmatch(file.url)]


def _in_folder(prefix: str) -> Iterator[StoredFile]:
    folder = Path(prefix if prefix.endswith("/") else prefix.rpartition("/")[0])
    for path in folder.rglob("*"):
        if path.is_file() and str(path).startswith(prefix):
            status = path.stat()
            yield StoredFile(str(path), str(path.relative_to(folder)), path, status.st_size, status.st_mtime_ns)


def _is_marker(file: StoredFile) -> bool:
    """Checksum files that Spark leaves beside the data."""
    return file.path.name.startswith(".")
