"""The Redshift Data API: statements that really run, are kept for a day, and outlive the server's restart."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Mapping
from typing import Any, ClassVar

from moto.redshiftdata import models

from localcloud.layout import ACCOUNT, Layout
from localcloud.redshift import data_api_parameters
from localcloud.redshift.data_api_catalog import Catalog
from localcloud.redshift.data_api_connection import Connection, connect
from localcloud.redshift.data_api_errors import ResourceNotFoundError, ValidationError
from localcloud.redshift.data_api_parameters import redact
from localcloud.redshift.data_api_run import Run
from localcloud.redshift.data_api_sessions import Session, Sessions
from localcloud.redshift.data_api_statement import FINISHED, Query, Statement, Target
from localcloud.redshift.data_api_store import SERVER_STOPPED, Store
from localcloud.redshift.data_api_target import resolve

_ID = re.compile(r"[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}(:\d{1,2})?")
_STOP_SECONDS = 2.0
_NO_RESULT = "Query does not have result. Please check query status with DescribeStatement."


class LocalRedshiftDataBackend(models.RedshiftDataAPIServiceBackend):
    """One region's statements and sessions."""

    layout: ClassVar[Layout]
    server_port: ClassVar[int]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._store = Store(self.layout.state / "redshift" / f"statements-{region_name}")
        self.results = self._store.results
        self.statements: dict[str, Statement] = self._store.load() if account_id == ACCOUNT else {}
        self.sessions = Sessions()
        self._runs: dict[str, Run] = {}
        self._submitting = threading.Lock()

    @property
    def _url_module(self) -> Any:
        from localcloud.redshift import data_api_urls

        return data_api_urls

    def execute(self, request: Mapping[str, Any], sqls: list[str], *, is_batch: bool) -> Statement:
        """Start a statement, or give the earlier one of the same ClientToken. ValidationException."""
        with self._submitting:
            return self._earlier(request, sqls) or self._submit(request, sqls, is_batch=is_batch)

    def find(self, statement_id: str) -> tuple[Statement, Query | None]:
        """A statement, and the one of its queries that `<id>:n` names. ResourceNotFoundException."""
        if not _ID.fullmatch(statement_id):
            raise ValidationError(f"Id must satisfy regex pattern: {_ID.pattern}")
        statement = self.statements.get(statement_id.partition(":")[0])
        if statement is None:
            raise ResourceNotFoundError("Query does not exist.")
        if statement_id == statement.id:
            return statement, None
        for query in statement.queries:
            if query.id == statement_id:
                return statement, query
        raise ResourceNotFoundError("Query does not exist.")

    def wait(self, statement: Statement, seconds: float) -> None:
        """Return when a statement has ended, or after so many seconds."""
        if statement.id in self._runs:
            self._runs[statement.id].wait(seconds)

    def query_with_result(self, statement_id: str, result_format: str) -> Query:
        """The query whose rows are asked for. ResourceNotFoundException if it has none, ValidationException."""
        statement, query = self.find(statement_id)
        if query is None and statement.is_batch:
            raise ValidationError(f"{statement.id} is a batch: ask for the results of {statement.id}:1 and so on.")
        if statement.result_format != result_format:
            call = "GetStatementResultV2" if statement.result_format == "CSV" else "GetStatementResult"
            raise ValidationError(f"The result of {statement.id} is {statement.result_format}: use {call}.")
        query = query or statement.queries[0]
        if not statement.has_ended or query.status != FINISHED or query.columns is None:
            raise ResourceNotFoundError(_NO_RESULT)
        return query

    def cancel(self, statement_id: str) -> None:
        """End a statement. ValidationException if it has ended already."""
        statement, _ = self.find(statement_id)
        if statement.has_ended or not self._runs[statement.id].cancel():
            raise ValidationError(
                f"Could not cancel a query that is already in {statement.status} state with ID: {statement.id}"
            )

    def catalog(self, request: Mapping[str, Any]) -> Catalog:
        """The catalogue of the database that a request names."""
        target = resolve(request, self.region_name)
        return Catalog(self._connector(target, request.get("ConnectedDatabase")))

    def close(self) -> None:
        """End what runs as FAILED."""
        running = [run for run in self._runs.values() if not run.statement.has_ended]
        for run in running:
            run.stop(SERVER_STOPPED)
        for run in running:
            run.wait(_STOP_SECONDS)
        for session in self.sessions.values():
            session.close()

    def _submit(self, request: Mapping[str, Any], sqls: list[str], *, is_batch: bool) -> Statement:
        data_api_parameters.check_single(sqls)
        data_api_parameters.check(sqls, request.get("Parameters"))
        session = self.sessions.named(request)
        target = session.target if session else resolve(request, self.region_name)
        if session is None and request.get("SessionKeepAliveSeconds"):
            session = self.sessions.new(target, request["SessionKeepAliveSeconds"])
        if session:
            session.take()
        statement = Statement.of(
            target,
            sqls,
            is_batch=is_batch,
            name=request.get("StatementName"),
            parameters=request.get("Parameters"),
            client_token=request.get("ClientToken"),
            result_format=request.get("ResultFormat", "JSON"),
            execution_mode=request.get("ExecutionMode", "TRANSACTION"),
            session_id=session.id if session else None,
        )
        self.statements[statement.id] = statement
        self._store.save(statement)
        self._start(statement, session)
        return statement

    def _start(self, statement: Statement, session: Session | None) -> None:
        opened = self._connector(statement.target)
        if session:
            session.statement_id = statement.id
            run = Run(statement, lambda: session.connection(opened), session.release, self.results, self._store.save)
        else:
            run = Run(statement, opened, _close, self.results, self._store.save)
        self._runs[statement.id] = run
        run.start()

    def _connector(self, target: Target, database: str | None = None) -> functools.partial[Connection]:
        return functools.partial(connect, self.server_port, database or target.database, target.user)

    def _earlier(self, request: Mapping[str, Any], sqls: list[str]) -> Statement | None:
        token = request.get("ClientToken")
        for statement in self.statements.values():
            if token and statement.client_token == token:
                if [redact(query.sql) for query in statement.queries] != [redact(sql) for sql in sqls]:
                    raise ValidationError("The ClientToken was used for another statement.")
                return statement
        return None


def _close(connection: Connection | None) -> None:
    if connection:
        connection.close()
