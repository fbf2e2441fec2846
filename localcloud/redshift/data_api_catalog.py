"""ListDatabases, ListSchemas, ListTables and DescribeTable: questions to the catalogue of a database."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from localcloud.redshift.data_api_connection import Connection, message_of
from localcloud.redshift.data_api_errors import DatabaseConnectionError, ValidationError

_DATABASES = "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1"
_SCHEMAS = """
SELECT nspname FROM pg_namespace
WHERE nspname LIKE %s AND nspname NOT LIKE 'pg!_toast%%' ESCAPE '!' AND nspname NOT LIKE 'pg!_temp%%' ESCAPE '!'
  AND nspname <> 'redshift_local'
ORDER BY 1
"""
_TABLES = """
SELECT c.relname, n.nspname, c.relkind, n.nspname IN ('pg_catalog', 'information_schema')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname LIKE %s AND c.relname LIKE %s
  AND n.nspname NOT LIKE 'pg!_toast%%' ESCAPE '!' AND n.nspname <> 'redshift_local'
ORDER BY 2, 1
"""
_COLUMNS = """
SELECT a.attname, t.typname, a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
  information_schema._pg_char_max_length(t.oid, a.atttypmod),
  information_schema._pg_numeric_precision(t.oid, a.atttypmod),
  information_schema._pg_numeric_scale(t.oid, a.atttypmod), n.nspname
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relname = %s AND n.nspname LIKE %s AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY n.nspname, a.attnum
"""
_KINDS = {"r": "TABLE", "p": "TABLE", "v": "VIEW", "m": "MATERIALIZED VIEW"}
_TYPES = {"text": "varchar", "jsonb": "super", "bytea": "varbyte"}
_TEXTS = {"varchar", "bpchar", "text", "char"}
_NUMBERS = {"int2", "int4", "int8", "float4", "float8", "numeric"}
_PAGE = 1000
_TOKEN = re.compile(r"\d{1,9}")


@dataclass(frozen=True)
class Window:
    """The part of a list that a request asks for."""

    start: int
    size: int

    @classmethod
    def of(cls, token: str | None, size: int | None) -> Window:
        """From NextToken and MaxResults. ValidationException if the token is none of ours."""
        if token and not _TOKEN.fullmatch(token):
            raise ValidationError("NextToken is not valid.")
        return cls(int(token or 0), size or _PAGE)

    def answer(self, key: str, items: Sequence[Any]) -> dict[str, Any]:
        """The items of the window under their key, with the token of the next ones."""
        end = self.start + self.size
        return {key: items[self.start : end], "NextToken": str(end) if end < len(items) else None}


class Catalog:
    """One database's schemas and tables, for the time of one request."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect

    def databases(self) -> list[str]:
        """Names, in order."""
        return [name for (name,) in self._rows(_DATABASES)]

    def schemas(self, pattern: str) -> list[str]:
        """Names that are LIKE a pattern, in order."""
        return [name for (name,) in self._rows(_SCHEMAS, pattern)]

    def tables(self, schema_pattern: str, table_pattern: str) -> list[dict[str, str]]:
        """Tables and views whose names are LIKE the patterns: name, schema, type."""
        rows = self._rows(_TABLES, schema_pattern, table_pattern)
        return [
            {"name": name, "schema": schema, "type": f"SYSTEM {_KINDS[kind]}" if is_system else _KINDS[kind]}
            for name, schema, kind, is_system in rows
        ]

    def columns(self, table: str, schema: str) -> list[dict[str, Any]]:
        """The columns of a table as ColumnMetadata; none if there is no such table, as on AWS."""
        return [_column(table, *row) for row in self._rows(_COLUMNS, table, schema)]

    def _rows(self, sql: str, *values: str) -> list[Any]:
        try:
            with self._connect() as connection:
                return connection.execute(sql.encode(), values or None).fetchall()
        except psycopg.Error as error:
            raise DatabaseConnectionError(message_of(error)) from None


def _column(
    table: str,
    name: str,
    kind: str,
    not_null: bool,
    default: str | None,
    length: int | None,
    precision: int | None,
    scale: int | None,
    schema: str,
) -> dict[str, Any]:
    return {
        "name": name,
        "label": name,
        "typeName": _TYPES.get(kind, kind),
        "nullable": 0 if not_null else 1,
        "columnDefault": default,
        "length": length or 0,
        "precision": precision or length or 0,
        "scale": scale or 0,
        "isCaseSensitive": kind in _TEXTS,
        "isCurrency": False,
        "isSigned": kind in _NUMBERS,
        "schemaName": schema,
        "tableName": table,
    }
