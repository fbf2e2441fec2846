"""Context functions: who and where the session is, and its last results."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from fakesnow.transforms import SERVER_VERSION
from sqlglot import exp

from localcloud.snowflake.errors import syntax, unsupported
from localcloud.snowflake.stages import view_table

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

REGION = "LOCAL"
_numbers = itertools.count(1)


def context_functions(expression: exp.Expr, cursor: LocalCursor) -> exp.Expr:
    """`SELECT CURRENT_USER(), CURRENT_ROLE(), CURRENT_WAREHOUSE(), CURRENT_ACCOUNT(), LAST_QUERY_ID()`"""
    session = cursor.connection
    facts = {
        "CURRENT_USER": session.user,
        "CURRENT_ROLE": session.role,
        "CURRENT_WAREHOUSE": session.warehouse,
        "CURRENT_ACCOUNT": session.account.name,
        "CURRENT_ACCOUNT_NAME": session.account.name,
        "CURRENT_REGION": REGION,
        "CURRENT_DATABASE": cursor.database,
        "CURRENT_SCHEMA": cursor.schema,
        "CURRENT_VERSION": SERVER_VERSION,
    }
    for call in list(expression.find_all(exp.Func)):
        name = _name(call)
        if name in facts and not call.expressions:
            _replace(call, _text(facts[name]))
        elif name == "LAST_QUERY_ID":
            _replace(call, _text(_query_id(cursor, call)))
    return expression


def result_scan(expression: exp.Expr, cursor: LocalCursor) -> exp.Expr:
    """`SELECT "name" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())) WHERE …`: any query over an earlier result."""
    for scan in list(expression.find_all(exp.TableFromRows)):
        call = scan.this
        if not isinstance(call, exp.Anonymous) or call.name.upper() != "RESULT_SCAN":
            continue
        query_id = call.expressions[0].name if call.expressions else ""
        result = cursor.connection.results_cache.get(query_id)
        if result is None:
            raise syntax(f"Statement {query_id} not found: its result is not kept any more, or there never was one.")
        view = f"_fs_result_{next(_numbers)}"
        cursor.duck.register(view, result[0])
        scan.replace(view_table(view, scan))
    return expression


def _query_id(cursor: LocalCursor, call: exp.Func) -> str | None:
    """The newest id, or that of `LAST_QUERY_ID(-n)`."""
    ids = cursor.connection.query_ids
    back = -int(call.expressions[0].sql()) if call.expressions else 1
    if back < 1:
        raise unsupported("LAST_QUERY_ID(n) from the first query on", "count from the last: LAST_QUERY_ID(-n)")
    return ids[-back] if back <= len(ids) else None


def _name(call: exp.Func) -> str:
    return call.name.upper() if isinstance(call, exp.Anonymous) else call.sql_name()


def _replace(call: exp.Func, value: exp.Expr) -> None:
    """A column keeps the name of its function."""
    if isinstance(call.parent, exp.Select):
        value = exp.alias_(value, f"{_name(call)}()", quoted=True)
    call.replace(value)


def _text(value: str | None) -> exp.Expr:
    return exp.Null() if value is None else exp.Literal.string(value)
