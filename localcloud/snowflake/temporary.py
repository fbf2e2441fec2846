"""Temporary tables: in DuckDB's temporary catalogue, which is private to a session and ends with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from duckdb import DuckDBPyConnection
from fakesnow.transforms.transforms import identifier as identifier_as_table
from sqlglot import exp

from localcloud.snowflake.errors import unsupported
from localcloud.snowflake.text import ObjectName, identifier

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

CATALOG = "temp"
# sqlglot knows GLOBAL, but not LOCAL; both mean nothing in Snowflake
SCOPED = re.compile(
    r"CREATE (?P<replace>OR REPLACE )?(?:LOCAL|GLOBAL) (?P<rest>(?:TEMP(?:ORARY)?|VOLATILE) TABLE .*)",
    re.IGNORECASE | re.DOTALL,
)
_ALIASED = (exp.From, exp.Join, exp.Update, exp.Delete, exp.Merge)
_NO_TABLE = (exp.Use, exp.Show)


def stored(name: ObjectName) -> ObjectName:
    """Where a temporary table is: the catalogue has one schema only, so the whole name is its name there."""
    return ObjectName(CATALOG, "main", name.sql())


def exists(duck: DuckDBPyConnection, name: ObjectName) -> bool:
    """Whether the session has a temporary table of that name."""
    return stored(name).name in _names(duck)


def resolve(duck: DuckDBPyConnection, name: ObjectName) -> ObjectName:
    """The temporary table of that name where it is stored, or the name as it is: a temporary table hides others."""
    return stored(name) if exists(duck, name) else name


def forget(duck: DuckDBPyConnection, database: str, schema: str | None) -> None:
    """Drop the session's temporary tables of a schema, or of a whole database."""
    place = ".".join(identifier(part) for part in (database, schema) if part)
    for name in _names(duck):
        if name.startswith(f"{place}."):
            duck.execute(f"DROP TABLE {ObjectName(CATALOG, 'main', name).sql()}")


def create_scoped(cursor: LocalCursor, found: re.Match[str]) -> None:
    """`CREATE LOCAL TEMPORARY TABLE t …`, `CREATE GLOBAL TEMPORARY TABLE t …`: the same without the word."""
    cursor.run_fakesnow(f"CREATE {found['replace'] or ''}{found['rest']}")


def is_creation(expression: exp.Expr) -> bool:
    """Whether a statement of a user is `CREATE TEMPORARY TABLE …`."""
    if not isinstance(expression, exp.Create) or expression.kind != "TABLE":
        return False
    properties = expression.args.get("properties")
    return bool(properties and properties.find(exp.TemporaryProperty, exp.VolatileProperty))


def find_tables(expression: exp.Expr, cursor: LocalCursor) -> exp.Expr:
    """The statement with the session's temporary tables for the names that mean them."""
    if isinstance(expression, _NO_TABLE) or not expression.find(exp.Table):
        return expression
    _write_out_names(expression)
    known = _names(cursor.duck)
    made = _made(expression)
    for table in [one for one in expression.find_all(exp.Table) if known and one is not made]:
        name = _full_name(table, cursor)
        if name and stored(name).name in known and not _means_a_cte(table):
            _check_use(expression, name)
            _stand_in(table, name)
    for column in [one for one in expression.find_all(exp.Column) if known and one.args.get("db")]:
        _strip_schema(column, cursor, known)
    return expression


def as_temporary(part: exp.Expr, cursor: LocalCursor) -> exp.Expr:
    """A part of `CREATE TEMPORARY TABLE …`, of which AUTOINCREMENT has two, for DuckDB's temporary catalogue."""
    properties = part.args.get("properties") or exp.Properties(expressions=[])
    words = (exp.TemporaryProperty, exp.VolatileProperty, exp.GlobalProperty)
    others = [one for one in properties.expressions if not isinstance(one, words)]
    part.set("properties", exp.Properties(expressions=[exp.TemporaryProperty(), *others]))
    target = _made(part)
    if part.args["kind"] == "TABLE" and target and (name := cursor.table_name(target)):
        put(target, stored(name))
    if clone := part.args.get("clone"):
        part.set("expression", exp.select("*").from_(clone.this))
        part.set("clone", None)
    return part


def _names(duck: DuckDBPyConnection) -> set[str]:
    """The session's temporary tables; fakesnow's own ones have no quotes in their names."""
    query = "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND starts_with(table_name, '\"')"
    return {name for (name,) in duck.execute(query, [CATALOG]).fetchall()}


def _write_out_names(expression: exp.Expr) -> None:
    """`IDENTIFIER('s.t')` as the name itself."""
    for table in expression.find_all(exp.Table):
        if isinstance(table.this, exp.DynamicIdentifier) and isinstance(table.this.this, exp.Literal):
            plain = identifier_as_table(table, None)
            for key in ("this", "db", "catalog"):
                table.set(key, plain.args.get(key))


def _made(expression: exp.Expr) -> exp.Table | None:
    """The name of what CREATE makes: it is new, whatever temporary table has it."""
    if not isinstance(expression, exp.Create):
        return None
    target = expression.this.this if isinstance(expression.this, exp.Schema) else expression.this
    return target if isinstance(target, exp.Table) else None


def _full_name(table: exp.Table, cursor: LocalCursor) -> ObjectName | None:
    if not (table.catalog or cursor.database) or not (table.db or cursor.schema):
        return None
    return cursor.table_name(table)


def _check_use(expression: exp.Expr, name: ObjectName) -> None:
    if isinstance(expression, exp.Create) and expression.kind == "VIEW":
        raise unsupported(f"a view over the temporary table {name.name}", "make it a table without TEMPORARY")


def _means_a_cte(table: exp.Table) -> bool:
    """Whether a WITH around it has the name; in `WITH t AS (SELECT … FROM t)` the inner one is the table."""
    if table.db:
        return False
    inner: exp.Expr = table
    while inner.parent:
        outer = inner.parent
        ctes = _visible_ctes(outer, inner)
        if any(cte.alias.upper() == table.name.upper() for cte in ctes):
            return True
        inner = outer
    return False


def _visible_ctes(outer: exp.Expr, inner: exp.Expr) -> list[exp.Expr]:
    if isinstance(outer, exp.With):
        before = [cte for cte in outer.expressions if cte.index is not None and cte.index < (inner.index or 0)]
        return outer.expressions if outer.args.get("recursive") else before
    ctes = outer.args.get("with_")
    return ctes.expressions if ctes and ctes is not inner else []


def _stand_in(table: exp.Table, name: ObjectName) -> None:
    """Where columns may be qualified by the table's name, that becomes the alias."""
    if isinstance(table.parent, _ALIASED) and not table.args.get("alias"):
        table.set("alias", exp.TableAlias(this=table.this.copy()))
    put(table, stored(name))
    if isinstance(table.parent, exp.Merge) and table.arg_key == "using":
        # fakesnow's MERGE reads the alias of a query only
        inner = table.copy()
        alias = inner.args["alias"].pop()
        table.replace(exp.Subquery(this=exp.select("*").from_(inner), alias=alias))


def put(table: exp.Table, name: ObjectName) -> None:
    """Make a table of a statement another one."""
    for key, part in zip(("catalog", "db", "this"), name, strict=True):
        table.set(key, exp.to_identifier(part, quoted=True))


def _strip_schema(column: exp.Column, cursor: LocalCursor, known: set[str]) -> None:
    """`s.t.a` is `t.a`, as the alias has no schema."""
    parts = {"this": "table", "db": "db", "catalog": "catalog"}
    table = exp.Table(**{key: column.args[own].copy() for key, own in parts.items() if column.args.get(own)})
    name = _full_name(table, cursor)
    if name and stored(name).name in known:
        column.set("db", None)
        column.set("catalog", None)
