"""Statements that would be run in part, or wrongly, and that nothing here stands in for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from localcloud.snowflake.errors import unsupported

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

_KINDS = (
    r"PIPE|STREAM|PROCEDURE|FUNCTION|DYNAMIC TABLE|MATERIALIZED VIEW|ICEBERG TABLE|SHARE|ALERT|SERVICE|"
    r"(?:MASKING|ROW ACCESS|SESSION|PASSWORD) POLICY"
)
STATEMENTS = re.compile(
    rf"(?P<what>(?:CREATE|ALTER|DROP) (?:OR REPLACE )?(?:TEMP(?:ORARY)? |SECURE )*(?:{_KINDS})|"
    r"SHOW (?:ROLES|GRANTS|(?:STORAGE )?INTEGRATIONS|TASKS|PIPES|STREAMS|NETWORK POLICIES|RESOURCE MONITORS)|"
    r"CALL|EXECUTE \w+|UNDROP \w+|"
    r"ALTER STAGE|ALTER DATABASE|GET|COPY FILES)\b.*",
    re.IGNORECASE | re.DOTALL,
)


def refuse(cursor: LocalCursor, found: re.Match[str]) -> str:  # noqa: ARG001 - the signature of all of them
    """`CREATE PIPE …`, `CALL p()`, `EXECUTE IMMEDIATE …`: an error that names the statement."""
    raise unsupported(found["what"].upper())


def refuse_time_travel(expression: exp.Expr, cursor: LocalCursor) -> exp.Expr:  # noqa: ARG001 - the signature of all of them
    """`SELECT … FROM t AT (OFFSET => -60)`: there is no earlier content to show."""
    if any(table.args.get("when") or table.args.get("version") for table in expression.find_all(exp.Table)):
        raise unsupported("time travel (AT, BEFORE)")
    return expression
