"""Where files are: `@stage/path`, `'s3://bucket/path'`, with the stage's own file format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from fakesnow.transforms import stage as internal

from localcloud.snowflake import formats
from localcloud.snowflake.errors import not_found, syntax, unsupported
from localcloud.snowflake.storage import is_s3
from localcloud.snowflake.text import QUALIFIED, ObjectName

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

_STAGE = re.compile(rf"@(?P<name>%?{QUALIFIED}|~|{QUALIFIED}\.%\w+)(?:/(?P<path>.*))?", re.DOTALL)
_STAGES = "_fs_global._fs_information_schema._fs_stages"
_STAGE_FORMATS = "_fs_global._fs_information_schema._fs_stage_formats"
TABLES = f"""
CREATE TABLE IF NOT EXISTS {_STAGE_FORMATS} (
    database_name TEXT, schema_name TEXT, name TEXT, format TEXT,
    PRIMARY KEY (database_name, schema_name, name)
)"""


class Location(NamedTuple):
    """A URL or a path to list below, and the options of the stage's file format, if there is a stage."""

    url: str
    format: dict[str, Any] | str | None = None


def location(cursor: LocalCursor, text: str) -> Location:
    """`@stage/path` or `s3://…`, without quotes around it."""
    if not text.startswith("@"):
        return Location(checked_url(text))
    found = _STAGE.fullmatch(text)
    if found is None:
        raise syntax(f"'{text}' is no stage: write @stage/path.")
    name = stage_name(cursor, found["name"])
    url = _stage_url(cursor, name)
    path = found["path"] or ""
    separator = "" if url.endswith("/") or not path else "/"
    return Location(f"{url}{separator}{path}", stage_format(cursor, name))


def stage_name(cursor: LocalCursor, text: str) -> ObjectName:
    """A stage's full name."""
    if text.startswith(("%", "~")) or "%" in text:
        raise unsupported(f"the stage @{text} here", "name a stage made by CREATE STAGE")
    return cursor.object_name(text)


def stage_format(cursor: LocalCursor, name: ObjectName) -> dict[str, Any] | str | None:
    """The FILE_FORMAT of a stage as it was written, or None."""
    row = cursor.duck.execute(
        f"SELECT format FROM {_STAGE_FORMATS} WHERE (database_name, schema_name, name) = (?, ?, ?)",  # noqa: S608 - quoted names
        list(name),
    ).fetchone()
    return formats.loads(row[0]) if row else None


def keep_stage_format(cursor: LocalCursor, name: ObjectName, given: Any) -> None:
    """Remember the FILE_FORMAT of a stage; None forgets it."""
    key = "(database_name, schema_name, name) = (?, ?, ?)"
    cursor.duck.execute(f"DELETE FROM {_STAGE_FORMATS} WHERE {key}", list(name))  # noqa: S608 - quoted names
    if given is not None:
        cursor.duck.execute(f"INSERT INTO {_STAGE_FORMATS} VALUES (?, ?, ?, ?)", [*name, formats.dumps(given)])  # noqa: S608 - quoted names


def file_format(cursor: LocalCursor, given: Any, place: Location) -> formats.FileFormat:
    """The statement's format, else the stage's, else CSV."""
    chosen = given if given is not None else place.format
    if chosen is None:
        return formats.FileFormat()
    return formats.file_format(formats.resolve(chosen, cursor.duck, cursor.database, cursor.schema))


def _stage_url(cursor: LocalCursor, name: ObjectName) -> str:
    row = cursor.duck.execute(
        f"SELECT url FROM {_STAGES} WHERE (database_name, schema_name, name) = (?, ?, ?)",  # noqa: S608 - quoted names
        list(name),
    ).fetchone()
    if row is None:
        raise not_found("Stage", ".".join(name))
    return checked_url(row[0]) if row[0] else internal.internal_dir(".".join(name))


def checked_url(url: str) -> str:
    """A location that can be read; an error for those of other clouds."""
    if not is_s3(url):
        raise unsupported(f"the location {url!r}", "it reads s3:// and stages")
    return url
