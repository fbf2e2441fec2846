"""`GET /_localcloud/tables?since=…&rows=…`: the tables written since a moment, with their first rows."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from localcloud.snowflake import external_registry
from localcloud.snowflake.connection import LocalSnow
from localcloud.snowflake.cursor import LocalCursor
from localcloud.snowflake.text import ObjectName

_JSON_TYPES = (str, int, float, bool, type(None))


class Overview:
    """Answers for one account."""

    def __init__(self, snow: LocalSnow) -> None:
        self._snow = snow

    def __call__(self, request: Request) -> JSONResponse:
        """`database`, `schema`, `name`, `count`, `columns` and `rows` of each table; the moment must have a zone."""
        try:
            since = datetime.fromisoformat(request.query_params["since"])
            limit = int(request.query_params["rows"])
            names = self._snow.account.altered.since(since)
        except (KeyError, ValueError, TypeError):
            return JSONResponse({"message": "needs since=<2024-01-31T12:00:00+00:00> and rows=<number>"}, 400)
        with closing(self._snow.connect()) as session:
            cursor = session.cursor()
            return JSONResponse([_table(cursor, name, limit) for name in names if cursor.exists(name)])


def _table(cursor: LocalCursor, name: ObjectName, limit: int) -> dict[str, Any]:
    is_external = external_registry.find(cursor.duck, name) is not None
    shown = "* EXCLUDE (VALUE)" if is_external else "*"  # VALUE is the whole row once more
    cursor.execute(f"SELECT COUNT(*) FROM {name.sql()}")  # noqa: S608 - quoted names
    count = cursor.result().column(0)[0].as_py()
    cursor.execute(f"SELECT {shown} FROM {name.sql()} LIMIT {limit}")  # noqa: S608 - quoted names
    table = cursor.result()
    rows = [[_plain(value) for value in row.values()] for row in table.to_pylist()]
    return {**name._asdict(), "count": count, "columns": table.column_names, "rows": rows}


def _plain(value: Any) -> Any:
    return value if isinstance(value, _JSON_TYPES) else str(value)
