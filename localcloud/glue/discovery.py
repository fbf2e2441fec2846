"""Which tables a folder of a bucket holds, as Glue's crawlers see it: similar files below one folder are one table."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from localcloud.glue import schemas
from localcloud.glue.schemas import Schema
from localcloud.s3 import files

_SIMILAR = 0.7
_KEY_VALUE = re.compile(r"([^=]+)=(.*)")
Report = Callable[[str], None]


class CrawlError(Exception):
    """The crawl has failed; the message becomes LastCrawl's ErrorMessage."""


@dataclass(frozen=True)
class DataFile:
    """A file with what it holds, and the folders between the table's folder and the file."""

    path: Path
    folders: tuple[str, ...]
    size: int
    schema: Schema


@dataclass(frozen=True)
class FoundTable:
    """A table: its location and its files, all of one format."""

    location: str
    name: str
    files: list[DataFile] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """The names of the partition keys; none if the files lie at different depths."""
        depths = {len(file.folders) for file in self.files}
        if len(depths) != 1:
            return []
        levels = zip(*(file.folders for file in self.files), strict=True)
        return [_key_of(number, set(names)) for number, names in enumerate(levels)]


def discover(uri: str, exclusions: list[str], s3: Path, report: Report) -> list[FoundTable]:
    """The tables below an S3 URI. CrawlError if the bucket is not there; no files are no tables."""
    parts = urlsplit(uri)
    bucket, prefix = s3 / parts.netloc, parts.path.strip("/")
    if not files.is_bucket_name(parts.netloc) or not bucket.is_dir():
        raise CrawlError(f"The S3 location {uri} does not exist: there is no bucket {parts.netloc!r}")
    single = bucket / prefix
    if prefix and single.is_file():
        found = list(_data_files([(single, ())], report))
        return [FoundTable(uri, single.name, found)] if found else []
    listed = list(_listed(bucket, prefix, exclusions))
    name = prefix.rpartition("/")[2] or parts.netloc
    location = f"s3://{parts.netloc}/{prefix}/" if prefix else f"s3://{parts.netloc}/"
    return list(_tables(location, name, list(_data_files(listed, report))))


def _listed(bucket: Path, prefix: str, exclusions: list[str]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    start = f"{prefix}/" if prefix else ""
    for key, path, stamp in sorted(files.scan(bucket, start), key=lambda entry: entry[0]):
        below = key.removeprefix(start)
        hidden = any(part.startswith(("_", ".")) for part in below.split("/"))
        excluded = any(fnmatch.fnmatch(below, pattern) for pattern in exclusions)
        if stamp.size and not hidden and not excluded:
            yield Path(path), tuple(below.split("/")[:-1])


def _data_files(listed: list[tuple[Path, tuple[str, ...]]], report: Report) -> Iterator[DataFile]:
    for path, folders in listed:
        try:
            yield DataFile(path, folders, path.stat().st_size, schemas.read(path))
        except (schemas.UnreadableError, FileNotFoundError) as error:
            report(f"WARN : left out: {error}")


def _tables(location: str, name: str, found: list[DataFile]) -> Iterator[FoundTable]:
    if not found:
        return
    if all(_is_similar(found[0].schema, file.schema) for file in found):
        yield FoundTable(location, name, found)
        return
    direct = [file for file in found if not file.folders]
    if direct:
        yield from _direct_tables(location, name, direct)
    for folder in sorted({file.folders[0] for file in found if file.folders}):
        below = [_one_folder_in(file) for file in found if file.folders[:1] == (folder,)]
        yield from _tables(f"{location}{folder}/", folder, below)


def _direct_tables(location: str, name: str, direct: list[DataFile]) -> Iterator[FoundTable]:
    if all(_is_similar(direct[0].schema, file.schema) for file in direct):
        yield FoundTable(location, name, direct)
        return
    for file in direct:  # files that have nothing in common are a table each
        yield FoundTable(f"{location}{file.path.name}", file.path.name, [file])


def _one_folder_in(file: DataFile) -> DataFile:
    return DataFile(file.path, file.folders[1:], file.size, file.schema)


def _is_similar(one: Schema, other: Schema) -> bool:
    if one.classification != other.classification:
        return False
    ours, theirs = set(one.columns), set(other.columns)
    return len(ours & theirs) >= _SIMILAR * max(len(ours | theirs), 1)


def _key_of(number: int, names: set[str]) -> str:
    keys = {match[1] for name in names if (match := _KEY_VALUE.fullmatch(name))}
    has_key = len(keys) == 1 and all("=" in name for name in names)
    return keys.pop().lower() if has_key else f"partition_{number}"


def partition_value(folder: str) -> str:
    """The value that a folder stands for: `year=2024` for 2024, any other for itself."""
    match = _KEY_VALUE.fullmatch(folder)
    return match[2] if match else folder
