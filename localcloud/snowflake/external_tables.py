"""External tables: CREATE, ALTER … REFRESH, DROP, SHOW, DESCRIBE. New files appear only after a REFRESH."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from localcloud.snowflake import external_registry as registry
from localcloud.snowflake import external_views as views
from localcloud.snowflake.errors import already_exists, syntax, unsupported
from localcloud.snowflake.external_registry import Column, ExternalTable
from localcloud.snowflake.locations import file_format, location
from localcloud.snowflake.results import message, rows
from localcloud.snowflake.storage import matching
from localcloud.snowflake.text import NAME, QUALIFIED, ObjectName, options, split_commas, take_parentheses, unquote

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

_FLAGS = re.IGNORECASE | re.DOTALL
CREATE = re.compile(
    rf"CREATE (?P<replace>OR REPLACE )?EXTERNAL TABLE (?P<absent>IF NOT EXISTS )?(?P<name>{QUALIFIED})(?P<rest>.*)",
    _FLAGS,
)
ALTER = re.compile(rf"ALTER EXTERNAL TABLE (?P<if>IF EXISTS )?(?P<name>{QUALIFIED}) (?P<action>.*)", _FLAGS)
DROP = re.compile(rf"DROP EXTERNAL TABLE (?P<if>IF EXISTS )?(?P<name>{QUALIFIED})(?: (?:CASCADE|RESTRICT))?", _FLAGS)
SHOW = re.compile(
    rf"SHOW EXTERNAL TABLES(?: LIKE '(?P<like>[^']*)')?(?: IN (?:(?P<kind>ACCOUNT|DATABASE|SCHEMA)\b ?)?"
    rf"(?P<scope>{NAME}(?:\.{NAME})?)?)?",
    _FLAGS,
)
DESCRIBE = re.compile(rf"DESC(?:RIBE)? EXTERNAL TABLE (?P<name>{QUALIFIED})(?: TYPE ?= ?COLUMNS)?", _FLAGS)
WRONG_DROP = re.compile(rf"DROP (?P<kind>TABLE|VIEW) (?:IF EXISTS )?(?P<name>{QUALIFIED}).*", _FLAGS)
_WITH = re.compile(r"WITH (?=LOCATION)", re.IGNORECASE)
_COPY_GRANTS = re.compile(r"\bCOPY GRANTS\b", re.IGNORECASE)
_PARTITION_BY = re.compile(r"PARTITION BY ?(?=\()", re.IGNORECASE)
_COLUMN = re.compile(rf"(?P<name>{NAME}) (?P<type>.+?) AS ?(?P<expression>\(.+\)|[^(].*)", _FLAGS)
_REFRESH = re.compile(r"REFRESH(?: '(?P<below>[^']*)')?", re.IGNORECASE)
_AUTO_REFRESH = re.compile(r"SET AUTO_REFRESH ?= ?(?:TRUE|FALSE)", re.IGNORECASE)
_KNOWN = {"LOCATION", "FILE_FORMAT", "PATTERN", "AUTO_REFRESH", "REFRESH_ON_CREATE", "COMMENT", "AWS_SNS_TOPIC"}


def create(cursor: LocalCursor, found: re.Match[str]) -> str:
    """`CREATE EXTERNAL TABLE t (a VARCHAR AS (VALUE:a::VARCHAR)) LOCATION = @s/path FILE_FORMAT = (TYPE = PARQUET)`"""
    name = cursor.object_name(found["name"])
    if cursor.exists(name):
        if found["absent"]:
            return message(f"{name.name} already exists, statement succeeded.")
        if not found["replace"]:
            raise already_exists(name.name)
    columns, given = _columns_and_options(found["rest"].strip())
    table = _table(cursor, name, columns, given)
    files = cursor.storage.find(table.url) if given.get("REFRESH_ON_CREATE", True) else []
    table = replace(table, files=[file.url for file in matching(files, table.pattern)])
    views.build(cursor, table)
    registry.save(cursor.duck, table)
    return message(f"Table {name.name} successfully created.")


def alter(cursor: LocalCursor, found: re.Match[str]) -> str:
    """`ALTER EXTERNAL TABLE t REFRESH 'path'`"""
    name = cursor.object_name(found["name"])
    if found["if"] and registry.find(cursor.duck, name) is None:
        return message("Statement executed successfully.")
    table = registry.get(cursor.duck, name)
    if _AUTO_REFRESH.fullmatch(found["action"]):
        return message("Statement ignored: the local Snowflake refreshes an external table by REFRESH only.")
    asked = _REFRESH.fullmatch(found["action"])
    if asked is None:
        raise unsupported(f"ALTER EXTERNAL TABLE … {found['action']}", "it knows REFRESH")
    return _refresh(cursor, table, asked["below"] or "")


def drop(cursor: LocalCursor, found: re.Match[str]) -> str:
    """`DROP EXTERNAL TABLE t`: the files stay."""
    name = cursor.object_name(found["name"])
    if found["if"] and registry.find(cursor.duck, name) is None:
        return message("Drop statement executed successfully.")
    registry.get(cursor.duck, name)
    views.drop(cursor, name)
    registry.forget(cursor.duck, name)
    return message(f"{name.name} successfully dropped.")


def refuse_wrong_drop(cursor: LocalCursor, found: re.Match[str]) -> bool:
    """`DROP TABLE t`, `DROP VIEW t` where `t` is an external table: an error, as its view is no user's view."""
    name = cursor.existing_table(found["name"])
    if registry.find(cursor.duck, name):
        raise syntax(f"'{name.name}' is an external table: use DROP EXTERNAL TABLE.")
    return False


def show(cursor: LocalCursor, found: re.Match[str]) -> str:
    """`SHOW EXTERNAL TABLES LIKE '…' IN SCHEMA d.s`"""
    tables = registry.below(cursor.duck, *_scope(cursor, found["kind"], found["scope"]))
    like = re.compile(re.escape(found["like"] or "%").replace("%", ".*").replace("_", "."), re.IGNORECASE)
    columns = ("created_on", "name", "database_name", "schema_name", "invalid", "owner", "location", "file_format_type")
    return rows(
        (*columns, "comment"),
        [
            (
                table.created,
                table.name.name,
                *table.name[:2],
                "false",
                "SYSADMIN",
                table.url,
                table.format.type,
                table.comment,
            )
            for table in tables
            if like.fullmatch(table.name.name)
        ],
    )


def describe(cursor: LocalCursor, found: re.Match[str]) -> None:
    """`DESCRIBE EXTERNAL TABLE t`"""
    name = cursor.object_name(found["name"])
    registry.get(cursor.duck, name)
    cursor.run_fakesnow(f"DESCRIBE VIEW {name.sql()}")


def _refresh(cursor: LocalCursor, table: ExternalTable, below: str) -> str:
    base = f"{table.url.rstrip('/')}/{below}" if below else table.url
    found = [file.url for file in matching(cursor.storage.find(base), table.pattern)]
    kept = [url for url in table.files if not url.startswith(base)]
    new = [url for url in found if url not in table.files]
    gone = [url for url in table.files if url not in (*found, *kept)]
    table = replace(table, files=sorted({*kept, *found}))
    views.build(cursor, table)
    registry.save(cursor.duck, table)
    return rows(
        ("file", "status", "description"),
        [(url, "REGISTERED_NEW", "File registered successfully.") for url in new]
        + [(url, "UNREGISTERED", "File unregistered successfully.") for url in gone],
    )


def _columns_and_options(text: str) -> tuple[list[Column], dict[str, Any]]:
    columns, rest = take_parentheses(text) if text.startswith("(") else ("", text)
    if partition := _PARTITION_BY.search(rest):
        rest = rest[: partition.start()] + take_parentheses(rest[partition.end() :])[1]
    given = options(_COPY_GRANTS.sub("", _WITH.sub("", rest)))
    if unknown := set(given) - _KNOWN:
        raise unsupported(f"the external table option {min(unknown)}", f"it knows {', '.join(sorted(_KNOWN))}")
    return [_column(part) for part in split_commas(columns)], given


def _column(text: str) -> Column:
    found = _COLUMN.fullmatch(text)
    if found is None:
        raise syntax(f"The column '{text}' needs an expression: <name> <type> AS (VALUE:<field>::<type>).")
    expression = found["expression"]
    if expression.startswith("("):
        inside, rest = take_parentheses(expression)
        expression = expression if rest else inside
    return Column(found["name"], found["type"], expression)


def _table(cursor: LocalCursor, name: ObjectName, columns: list[Column], given: dict[str, Any]) -> ExternalTable:
    if "LOCATION" not in given:
        raise syntax("An external table needs LOCATION = @stage/path/.")
    place = location(cursor, str(given["LOCATION"]))
    form = file_format(cursor, given.get("FILE_FORMAT"), place)
    return ExternalTable(name, place.url, given.get("PATTERN"), form, columns, given.get("COMMENT", ""))


def _scope(cursor: LocalCursor, kind: str | None, name: str | None) -> tuple[str | None, str | None]:
    """The database and the schema to look in; None stands for all."""
    parts = [unquote(part) for part in re.findall(NAME, name or "")]
    if (kind or "").upper() == "ACCOUNT":
        return None, None
    if (kind or "").upper() == "DATABASE":
        return parts[0] if parts else cursor.database, None
    if parts:
        return (parts[0], parts[1]) if len(parts) == 2 else (cursor.database, parts[0])
    return cursor.database, cursor.schema
