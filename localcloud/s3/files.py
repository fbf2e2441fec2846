"""Keys of a bucket as files below the bucket's folder."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# the same prefix as in S3AFileSystem.java: files that are still being written
UPLOAD_PREFIX = ".localcloud-upload-"
# what a running Spark job has not committed yet
_UNCOMMITTED = re.compile(r"_temporary|\.spark-staging-.*|\.hive-staging.*")
_BUCKET = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_LONGEST_NAME = 250
_SETTLED_NS = 500_000_000


@dataclass(frozen=True)
class Stamp:
    """Tells one content of a file from the next."""

    modified_ns: int
    size: int

    @property
    def is_settled(self) -> bool:
        """Whether the last write was a moment ago, so that the file is probably whole."""
        return time.time_ns() - self.modified_ns > _SETTLED_NS


def is_bucket_name(name: str) -> bool:
    """Whether AWS would take this name for a bucket (and so whether it is a safe folder name)."""
    return _BUCKET.fullmatch(name) is not None


def file_of(bucket: Path, key: str) -> Path | None:
    """The file of a key, or None if no file can stand for it faithfully."""
    parts = key.split("/")
    if not all(map(_is_faithful, parts)):
        return None
    file = bucket.joinpath(*parts)
    return file if _is_inside(bucket, file.parent) else None


def stamp_of(file: Path) -> Stamp | None:
    """The stamp of a regular file, or None if there is none."""
    try:
        status = file.lstat()
    except (OSError, ValueError):
        return None
    return _stamp(status)


def write(file: Path, body: bytes) -> Stamp:
    """Write a file in one step, so that nobody sees half of it. OSError if a folder or a file is in the way."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, upload = tempfile.mkstemp(prefix=UPLOAD_PREFIX, dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(body)
        Path(upload).chmod(0o644)
        with contextlib.suppress(OSError):
            file.rmdir()  # an empty folder is no object
        Path(upload).replace(file)
    except BaseException:
        Path(upload).unlink(missing_ok=True)
        raise
    status = file.stat()
    return Stamp(status.st_mtime_ns, status.st_size)


def remove(bucket: Path, file: Path) -> None:
    """Remove a file and the folders that are empty then, as S3 has no empty folders."""
    file.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        for folder in file.parents:
            if folder == bucket:
                return
            folder.rmdir()


def scan(bucket: Path, prefix: str = "") -> Iterator[tuple[str, str, Stamp]]:
    """All keys of a bucket that begin with a prefix, with their files and stamps."""
    folder = prefix.rpartition("/")[0]
    if all(map(_is_faithful, folder.split("/"))) and _is_inside(bucket, bucket / folder):
        yield from _scan_folder(bucket / folder, f"{folder}/")
    elif not folder:
        yield from _scan_folder(bucket, "")


def _scan_folder(folder: Path, prefix: str) -> Iterator[tuple[str, str, Stamp]]:
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if not _is_faithful(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _scan_folder(Path(entry.path), f"{prefix}{entry.name}/")
        elif stamp := _entry_stamp(entry):
            yield prefix + entry.name, entry.path, stamp


def _is_inside(bucket: Path, folder: Path) -> bool:
    """Whether a folder is the bucket's own: a symbolic link must not lead out of it."""
    return folder.resolve().is_relative_to(bucket.resolve())


def _is_faithful(name: str) -> bool:
    if name in ("", ".", "..") or "\0" in name:
        return False
    if name.startswith(UPLOAD_PREFIX) or _UNCOMMITTED.fullmatch(name):
        return False
    try:
        return len(name.encode()) <= _LONGEST_NAME
    except UnicodeEncodeError:
        return False


def _entry_stamp(entry: os.DirEntry[str]) -> Stamp | None:
    try:
        return _stamp(entry.stat(follow_symlinks=False))
    except FileNotFoundError:
        return None


def _stamp(status: os.stat_result) -> Stamp | None:
    return Stamp(status.st_mtime_ns, status.st_size) if stat.S_ISREG(status.st_mode) else None
