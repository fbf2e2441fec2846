"""COPY INTO <table>: all files or none, each file once per table, as in Snowflake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from localcloud.snowflake import load_history
from localcloud.snowflake.copy_loaders import loader
from localcloud.snowflake.copy_options import CopyOptions, copy_options
from localcloud.snowflake.copy_rows import Loader, Target
from localcloud.snowflake.errors import not_found, syntax
from localcloud.snowflake.load_history import Loaded
from localcloud.snowflake.locations import Location, file_format, location
from localcloud.snowflake.results import message, rows
from localcloud.snowflake.storage import StoredFile, matching
from localcloud.snowflake.text import QUALIFIED, options, split_commas, take_parentheses, unquote

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

_FLAGS = re.IGNORECASE | re.DOTALL
COPY = re.compile(
    rf"COPY INTO (?P<name>{QUALIFIED}) ?(?P<columns>\([^)]*\))? ?FROM ?(?P<source>\(|'[^']+'|@\S+)(?P<rest>.*)", _FLAGS
)
_FROM_STAGE = re.compile(r"\bFROM ?(?P<stage>'@[^']+'|@[^\s)]+)", re.IGNORECASE)
_COLUMNS = (
    "file",
    "status",
    "rows_parsed",
    "rows_loaded",
    "error_limit",
    "errors_seen",
    "first_error",
    "first_error_line",
    "first_error_character",
    "first_error_column_name",
)


def copy_into_table(cursor: LocalCursor, found: re.Match[str]) -> str:
    """`COPY INTO t (a, b) FROM @s/path PATTERN = '…' FILE_FORMAT = (TYPE = CSV) ON_ERROR = SKIP_FILE FORCE = TRUE`"""
    name = cursor.existing_table(found["name"])
    if not cursor.exists(name):
        raise not_found("Table", name.name)
    query, place, rest = _source(cursor, found)
    wanted = copy_options(options(rest))
    columns = [unquote(column) for column in split_commas((found["columns"] or "()")[1:-1])]
    form = file_format(cursor, wanted.format, place)
    target = Target.of(cursor, name, columns)
    files = _files(cursor, place, wanted)
    with _transaction(cursor):
        done = _load_all(cursor, loader(cursor, target, form, wanted, query), files, wanted)
    if wanted.purge:
        for load in done:
            cursor.storage.remove(load.file)
    return _answer(done)


def _source(cursor: LocalCursor, found: re.Match[str]) -> tuple[str | None, Location, str]:
    """The query over the staged files, if there is one; where they are; the options' text."""
    if found["source"] != "(":
        return None, location(cursor, found["source"].strip("'")), found["rest"]
    query, rest = take_parentheses("(" + found["rest"])
    stage = _FROM_STAGE.search(query)
    if stage is None:
        raise syntax("COPY INTO … FROM (SELECT …) reads from one stage: … FROM @stage/path.")
    return query, location(cursor, stage["stage"].strip("'")), rest


def _files(cursor: LocalCursor, place: Location, wanted: CopyOptions) -> list[StoredFile]:
    if wanted.files:
        separator = "" if place.url.endswith("/") else "/"
        return [cursor.storage.read(f"{place.url}{separator}{file}") for file in wanted.files]
    return matching(cursor.storage.find(place.url), wanted.pattern)


def _load_all(cursor: LocalCursor, load: Loader, files: list[StoredFile], wanted: CopyOptions) -> list[Loaded]:
    known = set() if wanted.force else load_history.known(cursor.duck, load.target.name)
    done = [load.load(file) for file in files if wanted.force or (file.url, file.etag()) not in known]
    load_history.record(cursor.duck, load.target.name, [one for one in done if one.loaded or not one.errors])
    return done


@contextmanager
def _transaction(cursor: LocalCursor) -> Iterator[None]:
    """One transaction for all files; the session's own, if it has one open."""
    if cursor.connection.in_transaction() or not cursor.connection.begins_alone():
        yield
        return
    cursor.duck.begin()
    try:
        yield
        cursor.duck.commit()
    except BaseException:
        _roll_back(cursor.duck)
        raise


def _roll_back(duck: duckdb.DuckDBPyConnection) -> None:
    try:
        duck.rollback()
    except duckdb.TransactionException:
        return  # the error ended it already


def _answer(done: list[Loaded]) -> str:
    if not done:
        return message("Copy executed with 0 files processed.")
    return rows(
        _COLUMNS,
        [
            (
                one.file.url,
                one.status,
                one.parsed,
                one.loaded,
                one.error_limit,
                one.errors,
                one.first_error,
                one.first_error_line,
                None,
                None,
            )
            for one in done
        ],
    )
