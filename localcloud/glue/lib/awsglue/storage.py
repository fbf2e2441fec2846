"""The files behind S3 paths: what is there, and what its first line says."""

from __future__ import annotations

import bz2
import contextlib
import fnmatch
import gzip
import io
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

_SCHEMES = ("s3", "s3a", "s3n")
_OPENERS = {".gz": gzip.open, ".bz2": bz2.open}
_GLOB = re.compile(r"[*?\[{]")


def local_path(uri: str) -> Path:
    """Where the local cloud keeps an S3 path; other paths are local anyway. FileNotFoundError without the bucket."""
    parts = urlsplit(uri)
    if parts.scheme not in _SCHEMES:
        return Path(parts.path if parts.scheme == "file" else uri)
    bucket = Path(os.environ["LOCALCLOUD_S3_ROOT"]) / parts.netloc
    if not bucket.is_dir():
        raise FileNotFoundError(f"The specified bucket does not exist: {parts.netloc} (of {uri})")
    return bucket / parts.path.strip("/")


def uri_of(file: Path, root: Path, uri: str) -> str:
    """The S3 path of a file below `root`, which has the path `uri`."""
    below = file.relative_to(root).as_posix()
    return uri if below == "." else f"{uri.rstrip('/')}/{below}"


def base_of(uri: str) -> str:
    """The folder of a path: of a file, or of a pattern, the folders before it."""
    pattern = _GLOB.search(uri)
    if pattern:
        return uri[: pattern.start()].rpartition("/")[0]
    return uri.rpartition("/")[0] if local_path(uri).is_file() else uri


def list_files(uri: str, *, recurse: bool, exclusions: Iterable[str] = ()) -> list[str]:
    """The URIs of the files of one path, sorted: of a folder its own and those in `key=value` folders.

    Hidden and empty files are left out. A path with nothing below gives nothing, with a line on stderr.
    """
    root = local_path(uri)
    if _GLOB.search(uri):
        base = _glob_root(root)
        matched = sorted(base.glob(root.relative_to(base).as_posix()))
        files = [file for path in matched for file in _walk(path, recurse=recurse)]
        found = [uri_of(file, base, base_of(uri)) for file in files]
    else:
        found = [uri_of(file, root, uri) for file in _walk(root, recurse=recurse)]
    found = [one for one in found if not any(fnmatch.fnmatch(one, pattern) for pattern in exclusions)]
    if not found:
        tell(f"{uri} has no files: the frame is empty, as on AWS Glue")
    return found


def first_line(uri: str) -> str:
    """The first line of a text file, decompressed, without a byte order mark."""
    with _open(local_path(uri)) as stream:
        return io.TextIOWrapper(stream, "utf-8-sig", errors="replace").readline()


def purge(uri: str, retention_hours: float, exclusions: Iterable[str] = ()) -> None:
    """Delete the files of a path that are older than that, and the folders that are empty then."""
    root = local_path(uri)
    limit = time.time() - retention_hours * 3600
    for file in [file for file in root.rglob("*") if file.is_file()]:
        excluded = any(fnmatch.fnmatch(uri_of(file, root, uri), pattern) for pattern in exclusions)
        if file.stat().st_mtime <= limit and not excluded:
            file.unlink()
    for folder in sorted(root.rglob("*"), reverse=True):
        with contextlib.suppress(OSError):
            folder.rmdir()


def tell(line: str) -> None:
    """Tell the reader of the job's error log."""
    print(line, file=sys.stderr, flush=True)


def _open(file: Path) -> IO[bytes]:
    opener = _OPENERS.get(file.suffix.lower())
    return opener(file, "rb") if opener else file.open("rb")  # type: ignore[operator]


def _walk(path: Path, *, recurse: bool) -> Iterator[Path]:
    if path.is_file():
        if path.stat().st_size:
            yield path
        return
    for child in sorted(path.iterdir()) if path.is_dir() else []:
        hidden = child.name.startswith(("_", "."))
        if not hidden and (child.is_file() or recurse or "=" in child.name):
            yield from _walk(child, recurse=recurse)


def _glob_root(path: Path) -> Path:
    return next(parent for parent in path.parents if not _GLOB.search(str(parent)))
