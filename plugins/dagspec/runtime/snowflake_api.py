"""Snowflake's SQL API as the operators need it: requests that run once, states, typed rows."""

from __future__ import annotations

import ssl
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from airflow.providers.snowflake.hooks.sql_api import SnowflakeSqlApiHook
from airflow.sdk.exceptions import AirflowException
from requests.exceptions import HTTPError

from dagspec.runtime.snowflake_values import python_value

_PATH = "/api/v2/statements"
_RUNNING = 202
_REFUSED = 422
_PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Answer:
    """What Snowflake says of a request. `code`: the HTTP status."""

    code: int
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.code == _RUNNING

    @property
    def failure(self) -> str:
        """Why it failed, in Snowflake's words; "" when it did not."""
        if self.code != _REFUSED:
            return ""
        number = self.body.get("code", "no number")
        return f"{self.body.get('message', 'no reason given')} ({number}, statement {self.body.get('statementHandle')})"

    @property
    def statements(self) -> list[str]:
        """The handles of the single statements."""
        return list(self.body.get("statementHandles") or [self.body["statementHandle"]])


class SqlApi(SnowflakeSqlApiHook):
    """The provider's hook, with three things more.

    The connection's `host` and `port` count, as they do for the provider's other hook; the environment's proxy and
    certificates count also while a task is deferred; and a request can be sent again without running twice.
    """

    def __init__(self, snowflake_conn_id: str, **kwargs: Any) -> None:
        session, request = {"trust_env": True}, {"ssl": _trusted()}
        super().__init__(snowflake_conn_id, aiohttp_session_kwargs=session, aiohttp_request_kwargs=request, **kwargs)

    def submit(self, statements: list[str], request_id: uuid.UUID, timeout_seconds: int) -> str:
        """Send statements as one request; its handle. What has this request_id already is not run again."""
        connection = self._get_conn_params()
        scope = ("database", "schema", "warehouse", "role")
        body = {
            "statement": ";\n".join(statements),
            "timeout": timeout_seconds,
            **{name: getattr(self, name) or connection[name] for name in scope},
            "parameters": {"MULTI_STATEMENT_COUNT": str(len(statements))},
        }
        parameters = {"requestId": str(request_id), "retry": "true", "async": "true"}
        answer = self._call("POST", self._address(), parameters, body)
        if "statementHandle" not in answer.body:
            raise AirflowException(f"Snowflake took no statement: {answer.failure or answer.body}")
        return str(answer.body["statementHandle"])

    def answer(self, handle: str) -> Answer:
        """What has become of a request."""
        return self._call("GET", self._address(handle))

    async def async_answer(self, handle: str) -> Answer:
        """The same, for the triggerer."""
        return Answer(*await self._make_api_call_with_retries_async("GET", self._address(handle), self.get_headers()))

    def rows(self, handle: str) -> list[dict[str, Any]]:
        """The rows of one statement, as column: value. Raises ValueError when two columns have the same name."""
        body = self.answer(handle).body
        about = body.get("resultSetMetaData", {})
        columns = about.get("rowType", [])
        names = [column["name"] for column in columns]
        if len(set(names)) < len(names):
            raise ValueError(f"two columns of the query have one name, give them aliases: {', '.join(names)}")
        data = list(body.get("data", []))
        for partition in range(1, len(about.get("partitionInfo", []))):
            data += self._call("GET", self._address(handle), {"partition": str(partition)}).body["data"]
        return [
            {name: python_value(text, column) for name, text, column in zip(names, row, columns, strict=True)}
            for row in data
        ]

    def query(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a quick statement. Raises AirflowException when Snowflake refuses it."""
        handle = self.submit([sql], uuid.uuid4(), timeout_seconds=60)
        while (answer := self.answer(handle)).is_running:
            time.sleep(_PAUSE_SECONDS)
        if answer.failure:
            raise AirflowException(f"Snowflake: {answer.failure}\nin: {sql}")
        return self.rows(handle)

    def get_request_url_header_params(
        self, query_id: str, url_suffix: str | None = None
    ) -> tuple[dict[str, Any], dict[str, Any], str]:
        """The provider's, at the connection's own address."""
        headers, parameters, _ = super().get_request_url_header_params(query_id, url_suffix)
        return headers, parameters, f"{self._address(query_id)}{url_suffix or ''}"

    def _address(self, handle: str = "") -> str:
        connection = self._get_conn_params()
        host = connection.get("host")
        port = f":{connection['port']}" if connection.get("port") else ""
        base = f"https://{host}{port}" if host else f"{self.account_identifier}.snowflakecomputing.com"
        return f"{base}{_PATH}/{handle}" if handle else f"{base}{_PATH}"

    def _call(self, method: str, url: str, params: dict[str, Any] | None = None, body: Any = None) -> Answer:
        try:
            return Answer(*self._make_api_call_with_retries(method, url, self.get_headers(), params, body))
        except HTTPError as error:
            # requests tells the status only; Snowflake's reason is in the body
            reason = error.response.text.strip() or error
            raise AirflowException(f"Snowflake refused the request: {reason}") from error


def _trusted() -> ssl.SSLContext:
    """The certificates that requests trusts: aiohttp does not look at REQUESTS_CA_BUNDLE."""
    bundle = requests.Session().merge_environment_settings("https://", {}, None, None, None)["verify"]
    if not isinstance(bundle, str):
        return ssl.create_default_context()
    is_folder = Path(bundle).is_dir()
    return ssl.create_default_context(cafile=None if is_folder else bundle, capath=bundle if is_folder else None)
