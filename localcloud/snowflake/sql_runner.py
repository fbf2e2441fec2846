"""Runs the statements of the SQL API, in order, each request in a session of its own."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fakesnow.converter import from_binding
from fakesnow.rowtype import describe_as_rowtype
from snowflake.connector.errors import Error
from snowflake.connector.util_text import split_statements

from localcloud.snowflake.connection import LocalConnection
from localcloud.snowflake.sql_records import Record, Records
from localcloud.snowflake.sql_values import row_texts

_AT_ONCE = 8
_CANCELED = ("000604", "SQL execution canceled", "57014")


@dataclass(frozen=True)
class Request:
    """What a client posted."""

    statement: str
    count: int
    bindings: Mapping[str, Any]
    timeout_seconds: int
    request_id: str

    def statements(self) -> list[str]:
        """The statements of the text, one by one."""
        parts = split_statements(io.StringIO(self.statement), remove_comments=True)
        return [text.strip().rstrip(";") for text, _ in parts if text and text.strip(" ;\n\t")]

    def parameters(self) -> list[Any]:
        """The values of the placeholders, in their order."""
        return [from_binding(self.bindings[key]) for key in sorted(self.bindings, key=int)]


class Runner:
    """Running statements by their handles."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sql-api")
        self._futures: dict[str, Future[None]] = {}
        self._sessions: dict[str, LocalConnection] = {}

    def submit(self, request: Request, connect: Callable[[], LocalConnection]) -> Record:
        """Start what was posted; the record of the request as a whole."""
        texts = request.statements()
        main = Record(str(uuid4()), request.statement, request.request_id)
        if request.count not in (0, len(texts)) or not texts:
            wrong = f"Actual statement count {len(texts)} did not match the desired statement count {request.count}."
            main.fail("000008", wrong, "0A000")
            self.records.save(main)
            return main
        parts = [Record(str(uuid4()), text) for text in texts] if len(texts) > 1 else []
        main.children = [part.handle for part in parts]
        for record in (main, *parts):
            self.records.save(record)
        self._futures[main.handle] = self._pool.submit(self._run, main, parts, request, connect)
        return main

    def future(self, handle: str) -> Future[None] | None:
        """What to wait for: the end of the request that a handle belongs to."""
        owner = next((main for main in self._futures if handle in self._family(main)), None)
        return self._futures.get(owner) if owner else None

    def cancel(self, handle: str) -> None:
        """Cancel a statement, and those that were posted with it."""
        owner = next((main for main in list(self._futures) if handle in self._family(main)), None)
        for one in self._family(owner) if owner else []:
            record = self.records.find(one)
            if record and record.status == "running":
                record.fail(*_CANCELED)
                self.records.save(record)
        if owner in self._sessions:
            self._sessions[owner].interrupt()

    def _family(self, handle: str | None) -> list[str]:
        record = self.records.find(handle) if handle else None
        return [record.handle, *record.children] if record else []

    def _run(self, main: Record, parts: list[Record], request: Request, connect: Callable[[], LocalConnection]) -> None:
        session: LocalConnection | None = None
        timer: threading.Timer | None = None
        try:
            session = self._sessions[main.handle] = connect()
            timer = self._watch(main, parts, request.timeout_seconds, session)
            for record in parts or [main]:
                if not self._run_one(record, session, request.parameters()):
                    break
            self._finish(main, parts)
        except Error as error:
            self._fail(main, *_numbers(error))
        finally:
            if timer:
                timer.cancel()
            if session:
                session.close()
            self._sessions.pop(main.handle, None)
            self._futures.pop(main.handle, None)

    def _run_one(self, record: Record, session: LocalConnection, parameters: list[Any]) -> bool:
        if record.status != "running":
            return False
        cursor = session.cursor()
        try:
            cursor.execute(record.statement, binding_params=parameters, server=True)
        except Error as error:
            self._fail(record, *_numbers(error))
            return False
        if record.status == "running":
            table = cursor.result()
            row_type = [dict(column) for column in describe_as_rowtype(cursor.described())]
            record.succeed(row_type, [row_texts(row) for row in table.to_pylist()])
            self.records.save(record)
        return record.status == "success"

    def _finish(self, main: Record, parts: list[Record]) -> None:
        failed = next((part for part in parts if part.status == "error"), None)
        for part in parts:
            if failed and part.status == "running":
                self._fail(part, "000603", "Not executed: an earlier statement of the request failed.", "57014")
        if failed:
            self._fail(main, failed.code, failed.message, failed.sql_state)
        elif parts and main.status == "running":
            main.succeed(
                [{"name": "multiple statement execution", "type": "text"}],
                [["Multiple statements executed successfully."]],
            )
            self.records.save(main)

    def _watch(
        self, main: Record, parts: list[Record], seconds: int, session: LocalConnection
    ) -> threading.Timer | None:
        if not seconds:
            return None

        def expire() -> None:
            words = f"Statement reached its statement or warehouse timeout of {seconds} second(s) and was canceled."
            for record in (main, *parts):
                self._fail(record, "000630", words, "57014")
            session.interrupt()

        timer = threading.Timer(seconds, expire)
        timer.daemon = True
        timer.start()
        return timer

    def _fail(self, record: Record, code: str, message: str, sql_state: str) -> None:
        if record.status == "running":
            record.fail(code, message, sql_state)
            self.records.save(record)


def _numbers(error: Error) -> tuple[str, str, str]:
    return f"{error.errno or 1:06d}", str(error.raw_msg or error.msg), error.sqlstate or "42601"
