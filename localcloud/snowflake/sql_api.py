"""Snowflake's SQL API v2: POST and GET /api/v2/statements, and cancel."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from localcloud.snowflake.connection import LocalConnection, LocalSnow
from localcloud.snowflake.login import LoginRefusedError, check_token
from localcloud.snowflake.sql_records import Record
from localcloud.snowflake.sql_runner import Request, Runner

_PATH = "/api/v2/statements"
_SYNCHRONOUS_SECONDS = 45  # so long does Snowflake hold a request that is not `async`


class SqlApi:
    """The routes. `hold_seconds`: how long GET waits for a statement that runs, before it says so."""

    def __init__(self, snow: LocalSnow, runner: Runner, hold_seconds: float) -> None:
        self._snow = snow
        self._runner = runner
        self._hold_seconds = hold_seconds

    def routes(self) -> list[Route]:
        """The paths of the API."""
        return [
            Route(_PATH, self.post, methods=["POST"]),
            Route(f"{_PATH}/{{handle}}", self.get, methods=["GET"]),
            Route(f"{_PATH}/{{handle}}/cancel", self.cancel, methods=["POST"]),
        ]

    async def post(self, http: HttpRequest) -> JSONResponse:
        """Run one statement or several."""
        try:
            user = self._user(http)
        except LoginRefusedError as error:
            return _refused(error)
        body = await http.json()
        request = _request(body, http)
        record = self._runner.records.of_request(request.request_id)
        if record is None:
            record = self._runner.submit(request, lambda: self._connect(body, user))
        if http.query_params.get("async", "").lower() != "true":
            await self._wait(record.handle, _SYNCHRONOUS_SECONDS)
        return self._answer(record.handle, 0)

    async def get(self, http: HttpRequest) -> JSONResponse:
        """The state of a statement, or a partition of its result."""
        try:
            self._user(http)
        except LoginRefusedError as error:
            return _refused(error)
        handle = http.path_params["handle"]
        await self._wait(handle, self._hold_seconds)
        partition = http.query_params.get("partition", "0")
        return self._answer(handle, int(partition) if partition.isdigit() else 0)

    async def cancel(self, http: HttpRequest) -> JSONResponse:
        """Cancel a statement."""
        handle = http.path_params["handle"]
        try:
            self._user(http)
        except LoginRefusedError as error:
            return _refused(error)
        if self._runner.records.find(handle) is None:
            return _unknown(handle)
        await asyncio.to_thread(self._runner.cancel, handle)
        message = "successfully canceled"
        return JSONResponse({"code": "000604", "sqlState": "57014", "message": message, "statementHandle": handle})

    async def _wait(self, handle: str, seconds: float) -> None:
        future = self._runner.future(handle)
        if future and seconds:
            await asyncio.wait([asyncio.wrap_future(future)], timeout=seconds)

    def _user(self, http: HttpRequest) -> str:
        kind = http.headers.get("X-Snowflake-Authorization-Token-Type", "KEYPAIR_JWT")
        token = http.headers.get("Authorization", "").removeprefix("Bearer ")
        account = self._snow.account
        if not token or kind != "KEYPAIR_JWT":
            raise LoginRefusedError("390144", f"JWT token is invalid: a key pair's token is wanted, not {kind}.")
        return check_token(account.users, account.name, token)

    def _connect(self, body: dict[str, Any], user: str) -> LocalConnection:
        session = self._snow.connect(body.get("database") or None, body.get("schema") or None, user=user)
        session.role = (body.get("role") or session.role).upper()
        session.warehouse = (body.get("warehouse") or session.warehouse).upper()
        return session

    def _answer(self, handle: str, partition: int) -> JSONResponse:
        record = self._runner.records.find(handle)
        if record is None:
            return _unknown(handle)
        about = _about(record)
        if record.status == "running":
            words = (
                "Asynchronous execution in progress. Use provided query id to perform query monitoring and management."
            )
            return JSONResponse({**about, "code": "333334", "message": words}, 202)
        if record.status == "error":
            return JSONResponse(about, 422)
        return JSONResponse(about | _result(record, partition))


def _request(body: dict[str, Any], http: HttpRequest) -> Request:
    parameters = {name.upper(): value for name, value in (body.get("parameters") or {}).items()}
    return Request(
        statement=body.get("statement", ""),
        count=int(parameters.get("MULTI_STATEMENT_COUNT", 1)),
        bindings=body.get("bindings") or {},
        timeout_seconds=int(body.get("timeout") or 0),
        request_id=http.query_params.get("requestId", ""),
    )


def _about(record: Record) -> dict[str, Any]:
    about: dict[str, Any] = {
        "code": record.code,
        "sqlState": record.sql_state,
        "message": record.message,
        "statementHandle": record.handle,
        "statementStatusUrl": f"{_PATH}/{record.handle}",
        "createdOn": int(record.created * 1000),
    }
    return about | ({"statementHandles": record.children} if record.children else {})


def _result(record: Record, partition: int) -> dict[str, Any]:
    partitions = record.partitions()
    data = partitions[partition] if partition < len(partitions) else []
    information = [{"rowCount": len(rows), "uncompressedSize": sum(map(len, rows))} for rows in partitions]
    meta = {"numRows": len(record.rows), "format": "jsonv2", "partitionInfo": information, "rowType": record.row_type}
    return {"resultSetMetaData": meta, "data": data}


def _refused(error: LoginRefusedError) -> JSONResponse:
    return JSONResponse({"code": error.code, "message": error.message, "sqlState": "08001"}, 401)


def _unknown(handle: str) -> JSONResponse:
    return JSONResponse(
        {"code": "390404", "message": f"The statement handle {handle} was not found.", "sqlState": "02000"}, 404
    )
