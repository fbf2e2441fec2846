"""Rows of CSV and of delimited text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import IO

from localcloud.redshift.copy_options import CopyOptions
from localcloud.redshift.copy_row import Row, RowError, Value

_LONGEST_FIELD = 4 << 20
csv.field_size_limit(_LONGEST_FIELD)


def read_csv(stream: IO[bytes], width: int, options: CopyOptions) -> Iterator[Row]:
    """The records of a CSV file; one of the wrong width is an error instead."""
    lines = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
    reader = csv.reader(lines, delimiter=options.delimiter, quotechar=options.quote, strict=True)
    try:
        for number, fields in enumerate(reader):
            if number >= options.skip_lines and not (not fields and options.has("IGNOREBLANKLINES")):
                yield _row(fields or [""], reader.line_num, width, options)
    except csv.Error as error:
        raise RowError(1216, f"Invalid quote formatting for CSV: {error}") from error


def read_text(stream: IO[bytes], width: int, options: CopyOptions) -> Iterator[Row]:
    """The lines of a text file with a delimiter."""
    lines = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="\n")
    for number, line in _whole_lines(lines, escaped=options.has("ESCAPE")):
        text = line.rstrip("\n").removesuffix("\r")
        if number > options.skip_lines and (text or not options.has("IGNOREBLANKLINES")):
            fields = _fields(text, options)
            surplus = len(fields) == width + 1 and not fields[-1]  # a delimiter at the end of the line
            yield _row(fields[:width] if surplus else fields, number, width, options)


def _row(fields: Sequence[Value], line: int, width: int, options: CopyOptions) -> Row:
    if len(fields) > width:
        return Row(fields, line, RowError(1202, "Extra column(s) found", value=str(fields[width])))
    if len(fields) < width and not options.has("FILLRECORD"):
        return Row(fields, line, RowError(1214, "Delimiter not found"))
    return Row([*fields, *[None] * (width - len(fields))], line)


def _whole_lines(lines: Iterator[str], *, escaped: bool) -> Iterator[tuple[int, str]]:
    """Lines and their numbers; with ESCAPE, a backslash at the end joins a line to the next."""
    pending, first = "", 1
    for number, line in enumerate(lines, 1):
        pending = pending or ""
        first = first if pending else number
        pending += line
        if not (escaped and _ends_in_escape(line)):
            yield first, pending
            pending = ""
    if pending:
        yield first, pending


def _ends_in_escape(line: str) -> bool:
    text = line.rstrip("\n")
    return line.endswith("\n") and (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _fields(text: str, options: CopyOptions) -> list[Value]:
    if not options.has("ESCAPE") and not options.has("REMOVEQUOTES"):
        return list(text.split(options.delimiter))
    delimiter = re.escape(options.delimiter)
    quoted = r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|" if options.has("REMOVEQUOTES") else ""
    escape = r"\\.|" if options.has("ESCAPE") else ""
    plain = rf"(?:{quoted}{escape}[^{delimiter}])*"
    pieces = re.findall(rf"({plain})(?:{delimiter}|$)", text, re.DOTALL)
    # the pattern also matches the nothing behind the last field
    fields = (
        pieces[:-1]
        if pieces and not text.endswith(options.delimiter) and len(pieces) > 1 and pieces[-1] == ""
        else pieces
    )
    return [_plain(field, options) for field in fields]


def _plain(field: str, options: CopyOptions) -> str:
    if options.has("REMOVEQUOTES") and len(field) > 1 and field[0] == field[-1] and field[0] in "\"'":
        field = field[1:-1]
    if options.has("ESCAPE") and field != options.null:
        field = re.sub(r"\\(.)", r"\1", field, flags=re.DOTALL)
    return field
