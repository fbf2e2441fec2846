"""Stages: FILE_FORMAT and STORAGE_INTEGRATION of CREATE STAGE, DROP, LIST, REMOVE, and queries on their files."""

from __future__ import annotations

import itertools
import re
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from localcloud.snowflake import readers
from localcloud.snowflake.errors import not_found, syntax, unsupported
from localcloud.snowflake.locations import checked_url, file_format, keep_stage_format, location, stage_name
from localcloud.snowflake.results import message, rows
from localcloud.snowflake.storage import matching
from localcloud.snowflake.text import QUALIFIED, options

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

CREATE = re.compile(
    rf"CREATE (?P<replace>OR REPLACE )?(?P<temp>TEMP(?:ORARY)? )?STAGE (?P<absent>IF NOT EXISTS )?"
    rf"(?P<name>{QUALIFIED})(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
DROP = re.compile(rf"DROP (?P<kind>STAGE|FILE FORMAT) (?P<if>IF EXISTS )?(?P<name>{QUALIFIED})", re.IGNORECASE)
LIST = re.compile(r"(?:LIST|LS) (?P<at>'[^']+'|@\S+)(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
REMOVE = re.compile(r"(?:REMOVE|RM) (?P<at>'[^']+'|@\S+)(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_KNOWN = {"URL", "STORAGE_INTEGRATION", "FILE_FORMAT", "CREDENTIALS", "ENCRYPTION", "COMMENT", "DIRECTORY", "ENDPOINT"}
_TABLES = {"STAGE": "_fs_stages", "FILE FORMAT": "_fs_file_formats"}
_numbers = itertools.count(1)


def create_stage(cursor: LocalCursor, found: re.Match[str]) -> str | None:
    """`CREATE STAGE s URL = 's3://…' STORAGE_INTEGRATION = i FILE_FORMAT = (TYPE = PARQUET)`

    Checks the options and keeps the file format; fakesnow makes the stage.
    """
    given = options(found["rest"])
    if unknown := set(given) - _KNOWN:
        raise unsupported(f"the stage option {min(unknown)}", f"it knows {', '.join(sorted(_KNOWN))}")
    name = stage_name(cursor, found["name"])
    url = f" URL = '{checked_url(given['URL'])}'" if given.get("URL") else ""
    create = f"CREATE {found['replace'] or ''}{found['temp'] or ''}STAGE {found['absent'] or ''}{found['name']}"
    done = cursor.run_fakesnow(create + url)
    if "successfully created" in str(done):
        keep_stage_format(cursor, name, given.get("FILE_FORMAT"))
        _keep_integration(cursor, list(name), given)
    return None


def drop(cursor: LocalCursor, found: re.Match[str]) -> str:
    """`DROP STAGE s`, `DROP FILE FORMAT f`"""
    name, kind = cursor.object_name(found["name"]), found["kind"].upper()
    table = f"_fs_global._fs_information_schema.{_TABLES[kind]}"
    gone = cursor.duck.execute(
        f"DELETE FROM {table} WHERE (database_name, schema_name, name) = (?, ?, ?) RETURNING name",  # noqa: S608 - quoted names
        list(name),
    ).fetchall()
    if not gone and not found["if"]:
        raise not_found(kind.capitalize(), name.name)
    if kind == "STAGE":
        keep_stage_format(cursor, name, None)
    return message(f"{name.name} successfully dropped." if gone else "Drop statement executed successfully.")


def list_files(cursor: LocalCursor, found: re.Match[str]) -> str:
    """`LIST @s/path PATTERN = '…'`"""
    return rows(
        ("name", "size", "md5", "last_modified"),
        [
            (file.url, file.size, file.etag(), formatdate(file.modified_ns / 1e9, usegmt=True))
            for file in _files(cursor, found)
        ],
    )


def remove_files(cursor: LocalCursor, found: re.Match[str]) -> str:
    """`REMOVE @s/path PATTERN = '…'`"""
    removed = _files(cursor, found)
    for file in removed:
        cursor.storage.remove(file)
    return rows(("name", "result"), [(file.url, "removed") for file in removed])


def select_from_stages(expression: exp.Expression, cursor: LocalCursor) -> exp.Expression:
    """`SELECT $1, t.$2, METADATA$FILENAME FROM @s/path (FILE_FORMAT => 'f', PATTERN => '…') t`

    Each stage becomes a temporary view over its files of this moment.
    """
    stages = [table for table in expression.find_all(exp.Table) if _stage_text(table)]
    if not stages:
        return expression
    if isinstance(expression, exp.Create) and expression.kind == "VIEW":
        raise unsupported("a view over a stage", "create an external table, and a view over that")
    for table in stages:
        table.replace(stage_view(cursor, table))
    return positions_as_columns(expression)


def stage_view(cursor: LocalCursor, table: exp.Table) -> exp.Table:
    """The view that stands for a stage in a query."""
    place = location(cursor, _stage_text(table))
    given, pattern = table.args.get("format"), table.args.get("pattern")
    form = file_format(cursor, given.name if isinstance(given, exp.Expression) else None, place)
    files = matching(cursor.storage.find(place.url), pattern.name if isinstance(pattern, exp.Expression) else None)
    view = f"_fs_stage_{next(_numbers)}"
    sql = readers.staged_rows(cursor.duck, form, files)
    cursor.duck.execute(f"CREATE TEMP VIEW {view} AS {sql}")
    return view_table(view, table)


def view_table(view: str, instead_of: exp.Expr) -> exp.Table:
    """A temporary view under the alias of what it stands for."""
    table = exp.Table(
        this=exp.to_identifier(view, quoted=True),
        db=exp.to_identifier("main", quoted=True),
        catalog=exp.to_identifier("temp", quoted=True),
    )
    table.set("alias", instead_of.args.get("alias"))
    return table


def positions_as_columns(expression: exp.Expression) -> exp.Expression:
    """`$1` and `t.$1` as the columns of that name."""
    for position in list(expression.find_all(exp.Parameter)):
        name = exp.to_identifier(f"${position.name}", quoted=True)
        inside = isinstance(position.parent, exp.Column)
        position.replace(name if inside else exp.Column(this=name))
    return expression


def is_stage(table: exp.Table) -> bool:
    """Whether a FROM item is a stage."""
    return bool(_stage_text(table))


def _stage_text(table: exp.Table) -> str:
    this = table.this
    text = this.name if isinstance(this, exp.Var | exp.Literal) else ""
    return text if text.startswith("@") else ""


def _files(cursor: LocalCursor, found: re.Match[str]) -> list[Any]:
    given = options(found["rest"])
    if set(given) - {"PATTERN"}:
        raise syntax("LIST and REMOVE know PATTERN = '…' only.")
    place = location(cursor, found["at"].strip("'"))
    return matching(cursor.storage.find(place.url), given.get("PATTERN"))


def _keep_integration(cursor: LocalCursor, name: list[str], given: dict[str, Any]) -> None:
    credentials = "Y" if "CREDENTIALS" in given else "N"
    cursor.duck.execute(
        "UPDATE _fs_global._fs_information_schema._fs_stages SET storage_integration = ?, has_credentials = ?, "
        "comment = ? WHERE (database_name, schema_name, name) = (?, ?, ?)",
        [given.get("STORAGE_INTEGRATION"), credentials, given.get("COMMENT", ""), *name],
    )
