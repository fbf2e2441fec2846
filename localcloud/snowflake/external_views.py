"""The views behind an external table: one that users see, one with the files' metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakesnow.dialect import parse_one
from sqlglot import exp

from localcloud.snowflake import external_registry as registry
from localcloud.snowflake import readers
from localcloud.snowflake.external_registry import ExternalTable
from localcloud.snowflake.text import ObjectName, identifier, unquote

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

_METADATA = (readers.FILENAME, readers.ROW_NUMBER)
_HIDDEN_SCHEMA = "_fs_information_schema"  # fakesnow lists nothing that is in it
_SOURCE = '"_fs_source"'


def build(cursor: LocalCursor, table: ExternalTable) -> None:
    """Make the views over the table's registered files."""
    files = [cursor.storage.registered(url) for url in table.files]
    source = readers.staged_rows(cursor.duck, table.format, files)
    full = _full_view(table.name).sql()
    select = _translated(cursor, table).replace(_SOURCE, f"({source})")
    cursor.duck.execute(f"CREATE OR REPLACE VIEW {full} AS {select}")
    visible = ", ".join(['"VALUE"', *(identifier(unquote(column.name)) for column in table.columns)])
    cursor.duck.execute(f"CREATE OR REPLACE VIEW {table.name.sql()} AS SELECT {visible} FROM {full}")  # noqa: S608 - quoted names


def drop(cursor: LocalCursor, name: ObjectName) -> None:
    """Drop the views; the files stay."""
    cursor.duck.execute(f"DROP VIEW IF EXISTS {name.sql()}")
    cursor.duck.execute(f"DROP VIEW IF EXISTS {_full_view(name).sql()}")


def metadata_columns(expression: exp.Expr, cursor: LocalCursor) -> exp.Expr:
    """`SELECT METADATA$FILENAME, c FROM external_table`: the view with the metadata stands in."""
    if not any(column.name.upper() in _METADATA for column in expression.find_all(exp.Column)):
        return expression
    for table in list(expression.find_all(exp.Table)):
        name = cursor.table_name(table)
        if name and registry.find(cursor.duck, name):
            database, schema, view = _full_view(name)
            alias = table.args.get("alias") or exp.TableAlias(this=table.this.copy())
            full = exp.table_(view, schema, database, quoted=True)
            full.set("alias", alias)
            table.replace(full)
    return expression


def _translated(cursor: LocalCursor, table: ExternalTable) -> str:
    """The whole row and the columns, in DuckDB's SQL."""
    columns = ["t.*", *(f"CAST({column.expression} AS {column.type}) AS {column.name}" for column in table.columns)]
    return cursor.translate(parse_one(f"SELECT {', '.join(columns)} FROM {_SOURCE} AS t"))  # noqa: S608 - quoted names


def _full_view(name: ObjectName) -> ObjectName:
    return ObjectName(name.database, _HIDDEN_SCHEMA, f"{name.schema}.{name.name}")
