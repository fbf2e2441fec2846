"""Sessions of the connector: log in, run, abort, end; those of dead clients end after an idle time."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import logging
import secrets
import time
from typing import Any

import fakesnow.server as fakesnow
from fakesnow.expr import normalise_ident
from fakesnow.transforms import SERVER_VERSION
from snowflake.connector.errors import Error
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localcloud.snowflake import statements
from localcloud.snowflake.connection import LocalConnection, LocalSnow
from localcloud.snowflake.login import LoginRefusedError, check_password, check_token

log = logging.getLogger(__name__)
_INTERNAL_ERROR = "261000"
_REFUSED = "390201"
_NO_SESSION = "390111"


class Sessions:
    """All sessions of the connector, by their tokens. fakesnow's own handlers look them up in its dictionary."""

    def __init__(self, snow: LocalSnow, idle_seconds: float) -> None:
        self._snow = snow
        self._idle_seconds = idle_seconds
        self._used: dict[str, float] = {}
        fakesnow.shared_fs = snow
        fakesnow.logger.setLevel(logging.WARNING)  # it would log the text of statements
        fakesnow.parse_one = statements.parse

    def routes(self) -> list[Route]:
        """The connector's paths."""
        return [
            Route("/session/v1/login-request", self.log_in, methods=["POST"]),
            Route("/queries/v1/query-request", self.query, methods=["POST"]),
            Route("/queries/v1/abort-request", self.abort, methods=["POST"]),
            Route("/session", self.session, methods=["POST"]),
            Route("/session/heartbeat", self.session, methods=["POST"]),
            Route("/monitoring/queries/{sfqid}", fakesnow.monitoring_query, methods=["GET"]),
            Route("/fs_bucket/{path:path}", fakesnow.bucket_upload, methods=["PUT"]),
            Route("/telemetry/send", _thanks, methods=["POST"]),
        ]

    async def log_in(self, request: Request) -> JSONResponse:
        """Check who it is and open a session."""
        data = (await _body(request))["data"]
        try:
            user = self._check(data)
            session = await asyncio.to_thread(self._open, request, data, user)
        except LoginRefusedError as error:
            log.warning("login refused: %s", error.message)
            return _failure(error.code, error.message)
        except Error as error:
            return _failure(_REFUSED, str(error.raw_msg or error.msg))
        token = secrets.token_urlsafe(32)
        fakesnow.sessions[token] = session
        self._used[token] = time.monotonic()
        return JSONResponse({"data": _welcome(token, session, len(self._used)), "success": True})

    async def query(self, request: Request) -> JSONResponse:
        """Run a statement. An answer of 500 would make clients repeat it, so there is none."""
        self._touch(request)
        if self._find(request) is None:
            return _failure(_NO_SESSION, "Session no longer exists. New login required to access the service.")
        try:
            response = await fakesnow.query_request(request)
        except Exception:
            log.exception("a bug in the local Snowflake")
            return _failure(_INTERNAL_ERROR, "The local Snowflake cannot answer this statement; its log has more.")
        if response.status_code < 500:
            return response
        reason = json.loads(bytes(response.body))["message"]
        return _failure(_INTERNAL_ERROR, f"The local Snowflake cannot run this statement: {reason}")

    async def abort(self, request: Request) -> JSONResponse:
        """Cancel what a session runs."""
        session = self._find(request)
        if session:
            session.interrupt()
        return JSONResponse({"success": True})

    async def session(self, request: Request) -> JSONResponse:
        """Keep a session alive, or end it."""
        self._touch(request)
        if request.query_params.get("delete") and (session := self._find(request)):
            await asyncio.to_thread(self._close, fakesnow.to_token(request), session)
            return JSONResponse({"data": None, "code": None, "message": None, "success": True})
        return await fakesnow.session(request)

    async def end_idle(self) -> None:
        """End the sessions that nobody has used for the idle time, again and again."""
        while True:
            await asyncio.sleep(min(self._idle_seconds / 4, 60))
            for token, used in list(self._used.items()):
                if time.monotonic() - used <= self._idle_seconds:
                    continue
                session = fakesnow.sessions.get(token)
                log.info("ending an idle session")
                await asyncio.to_thread(self._close, token, session)

    def _check(self, data: dict[str, Any]) -> str:
        account, method = self._snow.account, str(data.get("AUTHENTICATOR") or "SNOWFLAKE").upper()
        if method == "SNOWFLAKE_JWT":
            return check_token(account.users, account.name, data.get("TOKEN", ""))
        if method == "SNOWFLAKE":
            given = data.get("ACCOUNT_NAME", "")
            return check_password(
                account.users, account.name, data.get("LOGIN_NAME", ""), given, data.get("PASSWORD", "")
            )
        raise LoginRefusedError(_REFUSED, f"The local Snowflake knows key pairs and passwords, not {method}.")

    def _open(self, request: Request, data: dict[str, Any], user: str) -> LocalConnection:
        names = {name: value for name, value in request.query_params.items() if value}
        autocommit = data.get("SESSION_PARAMETERS", {}).get("AUTOCOMMIT", True)
        database, schema = names.get("databaseName"), names.get("schemaName")
        session = self._snow.connect(
            normalise_ident(database) if database else None,
            normalise_ident(schema) if schema else None,
            user=user,
            autocommit=autocommit,
        )
        session.role = names.get("roleName", session.role).upper()
        session.warehouse = names.get("warehouse", session.warehouse).upper()
        return session

    def _touch(self, request: Request) -> None:
        token = request.headers.get("Authorization", "")[17:-1]
        if token in self._used:
            self._used[token] = time.monotonic()

    def _find(self, request: Request) -> LocalConnection | None:
        session = fakesnow.sessions.get(request.headers.get("Authorization", "")[17:-1])
        return session if isinstance(session, LocalConnection) else None

    def _close(self, token: str, session: Any) -> None:
        self._used.pop(token, None)
        fakesnow.sessions.pop(token, None)
        with contextlib.suppress(Exception):
            session.interrupt()
        session.close()


def _welcome(token: str, session: LocalConnection, number: int) -> dict[str, Any]:
    parameters = {
        "AUTOCOMMIT": session._autocommit,
        "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY": 3600,
        "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD": 0,  # bindings come with the statement
        "CLIENT_TELEMETRY_ENABLED": False,
    }
    return {
        "token": token,
        "sessionId": number,
        "displayUserName": session.user,
        "serverVersion": SERVER_VERSION,
        "parameters": [{"name": name, "value": value} for name, value in parameters.items()],
        "sessionInfo": {
            "databaseName": session.database,
            "schemaName": session.schema,
            "warehouseName": session.warehouse,
            "roleName": session.role,
        },
    }


async def _body(request: Request) -> dict[str, Any]:
    body = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    parsed: dict[str, Any] = json.loads(body)
    return parsed


async def _thanks(request: Request) -> Response:  # noqa: ARG001 - the signature of all of them
    return JSONResponse({"success": True})


def _failure(code: str, message: str) -> JSONResponse:
    data = {"errorCode": code, "sqlState": "08001"}
    return JSONResponse({"data": data, "code": code, "message": message, "success": False})
