"""Rows of JSON: objects one after another, matched to columns by name or by paths."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from localcloud.redshift import copy_source
from localcloud.redshift.copy_columns import Column
from localcloud.redshift.copy_options import CopyOptions
from localcloud.redshift.copy_row import Row, RowError, Value
from localcloud.redshift.errors import INTERNAL_ERROR, SqlError, unsupported

_NO_OBJECT = "Invalid JSON: a record must be an object {…}, not within a list; lists need a jsonpaths file"
_CHUNK = 1 << 18
_LONGEST_RECORD = 4 << 20
_STEP = re.compile(r"\.(\w+)|\['([^']*)'\]|\[\"([^\"]*)\"\]|\[(\d+)\]")
Steps = list[str | int]


class _Exact(float):
    """A number that remembers how it was written: a long decimal must not be rounded."""

    written: str


def read_json(
    stream: IO[bytes], columns: Sequence[Column], paths: list[Steps] | None, options: CopyOptions
) -> Iterator[Row]:
    """The records of a file. RowError if it is not JSON."""
    folded = options.json_paths == "auto ignorecase"
    for line, record in _Records(stream):
        if paths is not None:
            yield Row([_text(_at(record, path)) for path in paths], line)
        elif isinstance(record, dict):
            fields = {name.lower(): value for name, value in record.items()} if folded else record
            yield Row([_text(fields.get(column.name)) for column in columns], line)
        else:
            yield Row([], line, RowError(1216, _NO_OBJECT))


def read_paths(s3: Path, options: CopyOptions, width: int) -> list[Steps] | None:
    """The paths of a jsonpaths file; None for `auto`. SqlError if it does not fit."""
    if options.json_paths.startswith("auto"):
        return None
    if not options.json_paths.startswith("s3://"):
        raise unsupported(
            f"JSON {options.json_paths!r} in COPY: only 'auto', 'auto ignorecase' and a jsonpaths file in S3"
        )
    source = copy_source.object_at(s3, options.json_paths)
    if source is None:
        raise SqlError(INTERNAL_ERROR, f"The jsonpaths file {options.json_paths} does not exist")
    try:
        texts = json.loads(source.path.read_bytes())["jsonpaths"]
        paths = [_path(text) for text in texts]
    except (ValueError, KeyError, TypeError) as error:
        raise SqlError(INTERNAL_ERROR, f"Invalid JSONPath file {options.json_paths}: {error}") from error
    if len(paths) != width:
        sizes = f"JSONPath size: {len(paths)}, Number of columns in table or column list: {width}"
        raise SqlError(INTERNAL_ERROR, f"Number of jsonpaths and the number of columns should match. {sizes}")
    return paths


def _path(text: str) -> Steps:
    steps = list(_STEP.finditer(text))
    if not text.startswith("$") or "".join(step.group() for step in steps) != text[1:]:
        raise ValueError(f"{text!r} is not a path such as $.name, $['name'] or $[0]")
    return [int(step[4]) if step[4] else step[1] or step[2] or step[3] or "" for step in steps]


def _at(record: Any, path: Steps) -> Any:
    for step in path:
        try:
            record = record[step]
        except (KeyError, IndexError, TypeError):
            return None
    return record


def _text(value: Any) -> Value:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, _Exact):
        return value.written
    return (
        str(value) if isinstance(value, int) and not isinstance(value, bool) else json.dumps(value, ensure_ascii=False)
    )


def _exact(text: str) -> _Exact:
    number = _Exact(text)
    number.written = text
    return number


class _Records:
    """The records of a stream, one at a time; only the one at hand is kept in memory."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._decoder = json.JSONDecoder(parse_float=_exact)
        self._text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape")
        self._buffer = ""
        self._line = 1

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        """Each record with the line that it begins on. RowError where the text is not JSON."""
        while self._more_follows():
            record, end = self._next()
            yield self._line, record
            self._advance(end)

    def _more_follows(self) -> bool:
        """Skip white space."""
        while True:
            self._advance(len(self._buffer) - len(self._buffer.lstrip()))
            if self._buffer:
                return True
            if not self._read():
                return False

    def _next(self) -> tuple[Any, int]:
        while True:
            try:
                record, end = self._decoder.raw_decode(self._buffer)
            except ValueError as error:
                if len(self._buffer) > _LONGEST_RECORD or not self._read():
                    raise RowError(1216, f"Invalid JSON: {error}", value=self._buffer[:100]) from error
            else:
                # a number at the very end may go on in what has not been read yet
                if end < len(self._buffer) or not self._read():
                    return record, end

    def _read(self) -> bool:
        more = self._text.read(_CHUNK)
        self._buffer += more
        return bool(more)

    def _advance(self, end: int) -> None:
        self._line += self._buffer.count("\n", 0, end)
        self._buffer = self._buffer[end:]
