"""Statements of the SQL API: their state and results, one file each, so that a restart loses none."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

_KEPT_SECONDS = 24 * 3600  # as long as Snowflake keeps results
_PARTITION_ROWS = 10_000


@dataclass
class Record:
    """One statement. `status`: running, success, error."""

    handle: str
    statement: str
    request_id: str = ""
    status: str = "running"
    code: str = ""
    message: str = ""
    sql_state: str = "00000"
    row_type: list[dict[str, Any]] = field(default_factory=list)
    rows: list[list[str | None]] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    created: float = field(default_factory=time.time)

    def succeed(self, row_type: list[dict[str, Any]], rows: list[list[str | None]]) -> None:
        """The statement has run."""
        self.status, self.code, self.message = "success", "090001", "Statement executed successfully."
        self.row_type, self.rows = row_type, rows

    def fail(self, code: str, message: str, sql_state: str) -> None:
        """The statement has failed, or was cancelled."""
        self.status, self.code, self.message, self.sql_state = "error", code, message, sql_state

    def partitions(self) -> list[list[list[str | None]]]:
        """The rows in the portions that a client fetches; at least one."""
        starts = range(0, max(len(self.rows), 1), _PARTITION_ROWS)
        return [self.rows[start : start + _PARTITION_ROWS] for start in starts]


class Records:
    """All statements, in `<folder>/<handle>.json`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, Record] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self._recover()

    def find(self, handle: str) -> Record | None:
        """A statement by its handle, or None."""
        if handle in self._running:
            return self._running[handle]
        file = self._folder / f"{handle}.json"
        return Record(**json.loads(file.read_text())) if handle.replace("-", "").isalnum() and file.exists() else None

    def save(self, record: Record) -> None:
        """Write a statement's state."""
        part = self._folder / f"{record.handle}.part"
        part.write_text(json.dumps(asdict(record)))
        part.replace(self._folder / f"{record.handle}.json")
        if record.status == "running":
            self._running[record.handle] = record
        else:
            self._running.pop(record.handle, None)

    def of_request(self, request_id: str) -> Record | None:
        """The statement that a client has sent before, and sends again because it heard no answer."""
        records = (record for record in self._running.values() if request_id and record.request_id == request_id)
        return next(records, None)

    def _recover(self) -> None:
        """Forget old statements; those that ran when the server stopped have failed."""
        for file in self._folder.glob("*.json"):
            record = Record(**json.loads(file.read_text()))
            if time.time() - record.created > _KEPT_SECONDS:
                file.unlink()
            elif record.status == "running":
                record.fail("000603", "The local Snowflake was stopped while the statement ran.", "57014")
                self.save(record)
