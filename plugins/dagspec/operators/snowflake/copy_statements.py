# ruff: noqa: S608 - tables and columns are checked names, all else is a quoted literal
"""The statements that load files of a stage or of S3 into a table, for each mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagspec.sql_literals import literal

if TYPE_CHECKING:
    from dagspec.operators.snowflake.copy import Copy

NEW = "dagspec_new_rows"  # a temporary table: no other session sees it


def copy_statements(copy: Copy) -> list[str]:
    """What one request runs. Its transaction is rolled back when a statement fails."""
    if copy.mode == "append":
        return [_load(copy, copy.table, force=copy.force)]
    return _replace_all(copy) if copy.mode == "truncate_insert" else _merge(copy)


def _replace_all(copy: Copy) -> list[str]:
    # not TRUNCATE, which commits; and COPY remembers the files whose rows are deleted, so it must be forced
    return [
        "BEGIN",
        f"DELETE FROM {copy.table}",
        _load(copy, copy.table, force=True),
        _fail_when_empty(copy),
        "COMMIT",
    ]


def _merge(copy: Copy) -> list[str]:
    new = _beside(copy.table, NEW)
    columns = ", ".join(copy.columns)
    target = f"{copy.table} ({columns})" if columns else copy.table
    # IS NOT DISTINCT FROM: a NULL among the keys is like another NULL
    same = " AND ".join(f"{_last(copy.table)}.{key} IS NOT DISTINCT FROM {NEW}.{key}" for key in copy.keys)
    return [
        # before the transaction, which it would commit
        f"CREATE OR REPLACE TEMPORARY TABLE {new} LIKE {copy.table}",
        _load(copy, new, force=False),
        "BEGIN",
        f"DELETE FROM {copy.table} USING {new} WHERE {same}",
        f"INSERT INTO {target} SELECT {columns or '*'} FROM {new}",
        "COMMIT",
        f"DROP TABLE {new}",
    ]


def _load(copy: Copy, table: str, *, force: bool) -> str:
    columns = f" ({', '.join(copy.columns)})" if copy.columns else ""
    lines = [f"COPY INTO {table}{columns}", *_source(copy)]
    lines += [f"PATTERN = {literal(copy.pattern)}"] if copy.pattern else []
    lines += [f"FILE_FORMAT = ({copy.file_format.sql()})"]
    lines += [f"MATCH_BY_COLUMN_NAME = {copy.matching().upper()}"] if copy.matching() != "none" else []
    lines += [f"ON_ERROR = {_on_error(copy)}"]
    return "\n".join([*lines, "FORCE = TRUE"] if force else lines)


def _source(copy: Copy) -> list[str]:
    if copy.source:
        return [f"FROM {literal(copy.source)}", f"STORAGE_INTEGRATION = {copy.storage_integration}"]
    return [f"FROM {literal(_staged(copy))}"]


def _staged(copy: Copy) -> str:
    return f"@{copy.stage}/{copy.prefix.strip('/')}/" if copy.prefix else f"@{copy.stage}"


def _on_error(copy: Copy) -> str:
    return literal(copy.on_error.upper()) if "%" in copy.on_error else copy.on_error.upper()


def _fail_when_empty(copy: Copy) -> str:
    """COPY is content with no file at all; the error has Snowflake's words around ours."""
    message = literal(f"no row came from {copy.source or _staged(copy)}: the table is left as it was")
    return f"SELECT TO_NUMBER(IFF(COUNT(*) = 0, {message}, '0')) AS no_rows FROM {copy.table}"


def _beside(table: str, name: str) -> str:
    """A name in the schema of a table."""
    return table[: len(table) - len(_last(table))] + name


def _last(table: str) -> str:
    return table[table.rindex('"', 0, -1) :] if table.endswith('"') else table.rpartition(".")[2]
