# ruff: noqa: S608 - tables and columns are checked names, all else is a quoted literal
"""The statements that load files of S3 into a table, for each mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagspec.sql_literals import literal

if TYPE_CHECKING:
    from dagspec.operators.redshift.copy import Copy

STAGE = "dagspec_stage"  # a temporary table: no other session sees it
FORMATS = {"parquet": "PARQUET", "csv": "CSV", "json": "JSON 'auto'"}


def copy_statements(copy: Copy) -> list[str]:
    """What one transaction runs."""
    if copy.mode == "append":
        return [_load(copy, copy.table)]
    if copy.mode == "truncate_insert":
        # not TRUNCATE, which commits: a COPY that fails would leave an empty table
        return [f"DELETE FROM {copy.table}", _load(copy, copy.table)]
    return _merge(copy)


def _merge(copy: Copy) -> list[str]:
    columns = ", ".join(copy.columns)
    target = f"{copy.table} ({columns})" if columns else copy.table
    return [
        f"CREATE TEMP TABLE {STAGE} (LIKE {copy.table})",
        _load(copy, STAGE),
        f"DELETE FROM {copy.table} USING {STAGE} WHERE {_same_keys(copy)}",
        f"DELETE FROM {copy.table} USING {STAGE} WHERE {_same_keys_with_null(copy)}",
        f"INSERT INTO {target} SELECT {columns or '*'} FROM {STAGE}",
        f"DROP TABLE {STAGE}",
    ]


def _same_keys(copy: Copy) -> str:
    return " AND ".join(f"{own} = {new}" for own, new in _keys(copy))


def _same_keys_with_null(copy: Copy) -> str:
    """For rows with a NULL among their keys, which are equal to nothing; apart, so that the others are hash joined."""
    has_null = " OR ".join(f"{new} IS NULL" for _, new in _keys(copy))
    same = " AND ".join(f"({own} = {new} OR ({own} IS NULL AND {new} IS NULL))" for own, new in _keys(copy))
    return f"({has_null}) AND {same}"


def _keys(copy: Copy) -> list[tuple[str, str]]:
    return [(f"{copy.table}.{key}", f"{STAGE}.{key}") for key in copy.keys]


def _load(copy: Copy, table: str) -> str:
    columns = f" ({', '.join(copy.columns)})" if copy.columns else ""
    role = "DEFAULT" if copy.iam_role == "default" else literal(copy.iam_role)
    lines = [f"COPY {table}{columns}", f"FROM {literal(copy.source)}", f"IAM_ROLE {role}"]
    return "\n".join([*lines, f"FORMAT AS {FORMATS[copy.format]}", *copy.options])
