"""A statement of the Data API with its queries: one, or those of a batch. Times are seconds since 1970."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from localcloud.redshift.data_api_parameters import redact

SUBMITTED, STARTED = "SUBMITTED", "STARTED"
FINISHED, FAILED, ABORTED = "FINISHED", "FAILED", "ABORTED"
ENDED = (FINISHED, FAILED, ABORTED)
TRANSACTION, AUTO_COMMIT = "TRANSACTION", "AUTO_COMMIT"


@dataclass(frozen=True)
class Target:
    """The database that a statement runs in, and who runs it. A session's target names neither cluster nor secret."""

    database: str
    user: str
    cluster: str | None = None
    workgroup: str | None = None
    secret: str | None = None


@dataclass
class Query:
    """One SQL text: how it went, and what came out."""

    id: str
    sql: str
    number: int
    created: float = field(default_factory=time.time)
    updated: float = field(default_factory=time.time)
    status: str = SUBMITTED
    error: str | None = None
    duration_ns: int = 0
    rows: int = -1
    size: int = -1
    # the metadata of the result set; None if there is none
    columns: list[dict[str, Any]] | None = None

    def enter(self, status: str, error: str | None = None) -> None:
        """Change the state."""
        self.status, self.error, self.updated = status, error, time.time()


@dataclass
class Statement:
    """What ExecuteStatement or BatchExecuteStatement has made."""

    id: str
    target: Target
    queries: list[Query]
    is_batch: bool
    name: str | None = None
    parameters: list[dict[str, str]] | None = None
    client_token: str | None = None
    result_format: str = "JSON"
    execution_mode: str = TRANSACTION
    session_id: str | None = None
    created: float = field(default_factory=time.time)
    updated: float = field(default_factory=time.time)
    status: str = SUBMITTED
    error: str | None = None
    duration_ns: int = 0
    pid: int = 0

    @classmethod
    def of(cls, target: Target, sqls: list[str], *, is_batch: bool, **options: Any) -> Statement:
        """A new statement; a batch numbers its queries `<id>:1`, `<id>:2`, …"""
        identifier = str(uuid.uuid4())
        ids = [f"{identifier}:{number + 1}" if is_batch else identifier for number in range(len(sqls))]
        queries = [Query(id_, sql, number) for number, (id_, sql) in enumerate(zip(ids, sqls, strict=True))]
        return cls(identifier, target, queries, is_batch, **options)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Statement:
        """A statement as it was kept."""
        queries = [Query(**query) for query in record["queries"]]
        return cls(**{**record, "target": Target(**record["target"]), "queries": queries})

    def as_record(self) -> dict[str, Any]:
        """What to keep: JSON, without the passwords and keys of the SQL texts."""
        record = asdict(self)
        for query in record["queries"]:
            query["sql"] = redact(query["sql"])
        return record

    @property
    def has_ended(self) -> bool:
        """Whether nothing changes any more."""
        return self.status in ENDED

    @property
    def has_result_set(self) -> bool:
        """Whether any of the queries has rows to fetch, none at all included."""
        return any(query.columns is not None for query in self.queries)

    def enter(self, status: str, error: str | None = None) -> None:
        """Change the state; once it has ended, queries that have not are ABORTED."""
        self.updated = time.time()
        self.error = error
        for query in self.queries if status in ENDED else ():
            if query.status not in ENDED:
                query.enter(ABORTED)
        # last: who sees an ended statement sees all of it
        self.status = status
