"""The server's HTTP face: the connector's paths, the SQL API, and who may call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from localcloud.snowflake import store
from localcloud.snowflake.connection import LocalSnow
from localcloud.snowflake.overview import Overview
from localcloud.snowflake.sessions import Sessions
from localcloud.snowflake.sql_api import SqlApi
from localcloud.snowflake.sql_records import Records
from localcloud.snowflake.sql_runner import Runner

_HOLD_SECONDS = 600.0
_NAMES = ("127.0.0.1", "localhost")
_DOMAINS = (".snowflakecomputing.com", ".localhost")


def application(snow: LocalSnow, statements: Path, idle_seconds: float) -> ASGIApp:
    """The whole server."""
    sessions = Sessions(snow, idle_seconds)
    api = SqlApi(snow, Runner(Records(statements)), _HOLD_SECONDS)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        sweeper = asyncio.create_task(sessions.end_idle())
        yield
        sweeper.cancel()
        store.close(snow)

    routes = [*sessions.routes(), *api.routes(), Route("/_localcloud/tables", Overview(snow).__call__)]
    return _only_local_programs(Starlette(routes=routes, lifespan=lifespan))


def _only_local_programs(app: ASGIApp) -> ASGIApp:
    """Refuse web pages: a page in the user's browser must not reach the data."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_local(dict(scope["headers"])):
            refuse = JSONResponse({"message": "only programs on this machine may call"}, 403)
            return await refuse(scope, receive, send)
        return await app(scope, receive, send)

    return guarded


def _is_local(headers: dict[bytes, bytes]) -> bool:
    name = headers.get(b"host", b"").decode("latin-1").rpartition(":")
    host = (name[0] or name[2]).lower()
    return b"origin" not in headers and (host in _NAMES or host.endswith(_DOMAINS))
