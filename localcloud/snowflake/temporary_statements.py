"""What fakesnow would do wrongly with temporary tables: CREATE, ALTER, DROP, DESCRIBE, and the lists of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from fakesnow.params import MutableParams
from fakesnow.transforms.transforms import SQL_DESCRIBE_TABLE
from sqlglot import exp

from localcloud.snowflake import load_history, temporary
from localcloud.snowflake.errors import already_exists
from localcloud.snowflake.results import message
from localcloud.snowflake.temporary import CATALOG
from localcloud.snowflake.text import NAME_PART, ObjectName, literal, unquote

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

_PARTS = f"""
    (SELECT *, regexp_extract_all(table_name, '"([^"]+)"', 1) AS _p FROM {{source}}
    WHERE {{catalog}} = '{CATALOG}' AND starts_with(table_name, '"'))
"""  # noqa: S608 - fixed names
_TABLES = _PARTS.format(source="duckdb_tables()", catalog="database_name")
_ALL_COLUMNS = "_fs_global._fs_information_schema._fs_columns"
_COLUMNS = _PARTS.format(source=_ALL_COLUMNS, catalog="table_catalog")
_SHOWN_COLUMNS = _PARTS.format(source="_fs_global._fs_information_schema._fs_show_columns", catalog="database_name")
_SHOWN = f"""
    (SELECT * FROM {{view}} WHERE database_name <> '{CATALOG}' UNION ALL BY NAME
    SELECT to_timestamp(0) AS created_on, _p[3] AS name, _p[1] AS database_name, _p[2] AS schema_name,
    'TEMPORARY' AS kind, coalesce(comment, '') AS comment, 'SYSADMIN' AS owner FROM {_TABLES})
"""  # noqa: S608 - fixed names
# fakesnow's view: the same with the session's temporary tables, under their own names
_VIEWS = {
    "_FS_SHOW_TABLES": _SHOWN,
    "_FS_SHOW_OBJECTS": _SHOWN,
    "_FS_SHOW_COLUMNS": f"""
        (SELECT v.* FROM {{view}} v WHERE v.database_name <> '{CATALOG}' AND NOT EXISTS (SELECT 1 FROM {_TABLES} t
        WHERE t._p = [v.database_name, v.schema_name, v.table_name]) UNION ALL BY NAME
        SELECT * EXCLUDE (_p) REPLACE (_p[1] AS database_name, _p[2] AS schema_name, _p[3] AS table_name)
        FROM {_SHOWN_COLUMNS})
    """,  # noqa: S608 - fixed names
    "_FS_TABLES": f"""
        (SELECT * FROM {{view}} UNION ALL BY NAME
        SELECT _p[1] AS table_catalog, _p[2] AS table_schema, _p[3] AS table_name, 'SYSADMIN' AS table_owner,
        'LOCAL TEMPORARY' AS table_type, estimated_size AS row_count, comment, 'YES' AS is_temporary
        FROM {_TABLES} WHERE _p[1] = {{database}})
    """,  # noqa: S608 - fixed names
    "_FS_COLUMNS": f"""
        (SELECT * FROM {{view}} UNION ALL BY NAME
        SELECT * EXCLUDE (_p) REPLACE (_p[1] AS table_catalog, _p[2] AS table_schema, _p[3] AS table_name)
        FROM {_COLUMNS} WHERE _p[1] = {{database}})
    """,  # noqa: S608 - fixed names
}


def run(cursor: LocalCursor, transformed: exp.Expr, params: MutableParams | None) -> exp.Expr | None:
    """What answers a statement on a temporary table, or None where fakesnow may run it as it is."""
    table = transformed.find(exp.Table)
    comment = transformed.args.get("table_comment")
    if comment and comment[0].catalog == CATALOG and not isinstance(transformed, exp.Create):
        _keep_comment(cursor, transformed)
        return _parsed(message("Statement executed successfully."))
    if table is None or table.catalog != CATALOG or not table.name.startswith('"'):
        return None
    name = _name(table)
    if isinstance(transformed, exp.Create) and transformed.kind == "TABLE" and table.arg_key == "this":
        return _parsed(_create(cursor, transformed, params, name))
    if isinstance(transformed, exp.Alter | exp.Drop):
        return _parsed(_change(cursor, transformed, name))
    if isinstance(transformed, exp.Describe) and transformed.args.get("kind"):
        return _describe(table)
    return None


def with_temporary(query: exp.Expr, cursor: LocalCursor) -> exp.Expr:
    """`SHOW TABLES`, `SELECT … FROM information_schema.tables`, as fakesnow reads them: with the session's own ones."""
    for table in list(query.find_all(exp.Table)):
        sql = _VIEWS.get(table.name.upper()) if table.db.upper() == "_FS_INFORMATION_SCHEMA" else None
        if sql is None:
            continue
        plain = table.copy()
        plain.set("alias", None)
        database = literal(table.catalog or cursor.database)
        view = _parsed(f"SELECT * FROM {sql.format(view=plain.sql('duckdb'), database=database)}")  # noqa: S608 - fixed names
        alias = table.args.get("alias") or exp.TableAlias(this=table.this.copy())
        table.replace(exp.Subquery(this=view, alias=alias))
    return query


def _create(cursor: LocalCursor, create: exp.Create, params: MutableParams | None, name: ObjectName) -> str:
    if temporary.exists(cursor.duck, name) and not create.args.get("replace"):
        if create.args.get("exists"):
            return message(f"{name.name} already exists, statement succeeded.")
        raise already_exists(name.name)
    cursor.commit_before_ddl()
    cursor.duck.execute(create.sql(dialect="duckdb"), params if create.find(exp.Placeholder) else None)
    load_history.start_temporary(cursor.duck, temporary.stored(name), name.database)
    _keep_comment(cursor, create)
    return message(f"Table {name.name} successfully created.")


def _change(cursor: LocalCursor, change: exp.Alter | exp.Drop, name: ObjectName) -> str:
    cursor.commit_before_ddl()
    for rename in change.find_all(exp.AlterRename):
        if new := cursor.table_name(rename.this):
            temporary.put(rename.this, temporary.stored(new))
    cursor.duck.execute(change.sql(dialect="duckdb"))
    is_drop = isinstance(change, exp.Drop)
    return message(f"{name.name} successfully dropped." if is_drop else "Statement executed successfully.")


def _describe(table: exp.Table) -> exp.Expr:
    sql = SQL_DESCRIBE_TABLE.substitute(catalog=CATALOG, schema=table.db, table=table.name)
    return _parsed(sql.replace("_fs_information_schema._fs_columns", _ALL_COLUMNS))


def _keep_comment(cursor: LocalCursor, transformed: exp.Expr) -> None:
    """In DuckDB, as fakesnow's own table of comments outlives the session."""
    table, comment = transformed.args.get("table_comment") or (None, None)
    if table and comment:
        place = ObjectName(table.catalog, table.db, table.name).sql()
        cursor.duck.execute(f"COMMENT ON TABLE {place} IS {literal(comment)}")


def _name(table: exp.Table) -> ObjectName:
    return ObjectName(*(unquote(part) for part in NAME_PART.findall(table.name)))


def _parsed(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, read="duckdb")
