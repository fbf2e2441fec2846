"""The files of an UNLOAD: hidden while they grow, objects when all are there."""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from localcloud.redshift.columns import ResultColumn
from localcloud.redshift.copy_source import split_url
from localcloud.redshift.errors import INTERNAL_ERROR, SqlError
from localcloud.redshift.unload_options import UnloadOptions
from localcloud.redshift.unload_writers import Row, Writer, writer
from localcloud.s3 import files

_NOT_EMPTY = (
    "Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, "
    "manually removing the target files in S3, or using the ALLOWOVERWRITE option."
)
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


@dataclass
class _Part:
    """The files of one partition: how many are done, and the one that grows."""

    number: int = 0
    writer: Writer | None = None
    done: list[tuple[str, Path]] = field(default_factory=list)


class Output:
    """Takes rows, spreads them over files, publishes or discards them."""

    def __init__(self, s3: Path, url: str, columns: Sequence[ResultColumn], options: UnloadOptions) -> None:
        """SqlError if the bucket is not there, or if objects are in the way."""
        self._bucket, self._prefix = split_url(url)
        self._folder = s3 / self._bucket
        if not files.is_bucket_name(self._bucket) or not self._folder.is_dir():
            raise SqlError(INTERNAL_ERROR, f"S3ServiceException: The specified bucket does not exist: {self._bucket}")
        if options.partition and not self._prefix.endswith("/"):
            self._prefix += "/"
        self._options = options
        self._partition = [place for place, column in enumerate(columns) if column.name in options.partition]
        self._partition.sort(key=lambda place: options.partition.index(columns[place].name))
        hidden = () if options.has("INCLUDE") else self._partition
        self._kept = [place for place in range(len(columns)) if place not in hidden]
        self._columns = list(columns)
        self._parts: dict[str, _Part] = defaultdict(_Part)
        self._old = [key for key, _, _ in files.scan(self._folder, self._prefix) if key.startswith(self._prefix)]
        if self._old and not (options.has("ALLOWOVERWRITE") or options.has("CLEANPATH")):
            raise SqlError(INTERNAL_ERROR, _NOT_EMPTY)
        self._scratch = tempfile.TemporaryDirectory(prefix=files.UPLOAD_PREFIX, dir=self._folder)

    def write(self, rows: Sequence[Row]) -> None:
        """Add rows, each to its partition."""
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            groups[self._partition_of(row)].append([row[place] for place in self._kept])
        for partition, group in groups.items():
            self._write_part(self._parts[partition], partition, group)

    def publish(self) -> None:
        """Make the files objects; a query without rows leaves one empty object, but no empty partition."""
        if not self._parts and not self._options.partition:
            self._write_part(self._parts[""], "", [])
        for partition, part in self._parts.items():
            self._finish(part, partition)
        done = [item for part in self._parts.values() for item in part.done]
        if self._options.has("CLEANPATH"):
            self._clean()
        if self._options.has("MANIFEST"):
            done.append(self._manifest(done))
        for key, path in done:
            path.chmod(0o644)
            target = self._target(key)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)

    def discard(self) -> None:
        """Remove what has not become an object."""
        for part in self._parts.values():
            if part.writer:
                part.writer.close()
        self._scratch.cleanup()

    def _partition_of(self, row: Row) -> str:
        names = (self._columns[place].name for place in self._partition)
        values = (row[place] for place in self._partition)
        pairs = zip(names, values, strict=True)
        return "".join(f"{name}={_NO_VALUE if value is None else quote(value, safe=' ')}/" for name, value in pairs)

    def _write_part(self, part: _Part, partition: str, rows: Sequence[Row]) -> None:
        if part.writer is None:
            path = Path(self._scratch.name) / f"{len(self._parts)}-{part.number}"
            part.writer = writer(path, [self._columns[place] for place in self._kept], self._options)
        part.writer.write(rows)
        if part.writer.size() > self._options.largest_file:
            self._finish(part, partition)

    def _finish(self, part: _Part, partition: str) -> None:
        if part.writer is None:
            return
        part.writer.close()
        name = f"0000_part_{part.number:02}" if self._options.parallel else f"{part.number:03}"
        part.done.append((f"{self._prefix}{partition}{name}{self._options.suffix()}", part.writer.path))
        part.number += 1
        part.writer = None

    def _clean(self) -> None:
        """With partitions, only those that are written anew lose their old objects."""
        for key in self._old:
            partition = key.removeprefix(self._prefix).rpartition("/")[0]
            if not self._options.partition or f"{partition}/" in self._parts:
                files.remove(self._folder, self._target(key))

    def _manifest(self, done: Sequence[tuple[str, Path]]) -> tuple[str, Path]:
        entries = [
            {"url": f"s3://{self._bucket}/{key}", "meta": {"content_length": path.stat().st_size}} for key, path in done
        ]
        path = Path(self._scratch.name) / "manifest"
        path.write_text(json.dumps({"entries": entries}, indent=2))
        return f"{self._prefix}manifest", path

    def _target(self, key: str) -> Path:
        file = files.file_of(self._folder, key)
        if file is None:
            raise SqlError(INTERNAL_ERROR, f"the key {key!r} cannot be a file on this machine")
        return file
