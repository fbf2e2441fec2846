"""Snowflake operators that wait without a worker, run their statements once whatever is retried, and tell results."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from functools import cached_property
from typing import Any

from airflow.providers.snowflake.operators.snowflake import SnowflakeSqlApiOperator
from airflow.providers.snowflake.triggers.snowflake_trigger import SnowflakeSqlApiTrigger
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException
from airflow.triggers.base import TriggerEvent

from dagspec.runtime.snowflake_api import SqlApi
from dagspec.runtime.snowflake_report import aligned
from dagspec.runtime.tries import is_retry, series_name
from dagspec.sql_literals import Value, bound
from dagspec.sql_split import split_statements

SHOWN_ROWS = 20
_STATE = "snowflake_statement"


class StatementsTrigger(SnowflakeSqlApiTrigger):
    """The provider's trigger, which waits for the end of all statements: each may have its own result."""

    def __init__(self, *, query_ids: list[str], snowflake_conn_id: str, poll_interval: float) -> None:
        life = {"token_life_time": SqlApi.LIFETIME, "token_renewal_delta": SqlApi.RENEWAL_DELTA}
        super().__init__(poll_interval, query_ids, snowflake_conn_id, **life)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The provider's names its own class."""
        names = ("query_ids", "snowflake_conn_id", "poll_interval")
        return f"{__name__}.{type(self).__name__}", {name: getattr(self, name) for name in names}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait; Snowflake itself ends what takes too long."""
        api = SqlApi(self.snowflake_conn_id)
        try:
            for query_id in self.query_ids:
                while (await api.async_answer(query_id)).is_running:
                    await asyncio.sleep(self.poll_interval)
        except Exception as error:  # an exception would fail the task without its reason
            yield TriggerEvent({"query_ids": self.query_ids, "lost": str(error)})
            return
        yield TriggerEvent({"query_ids": self.query_ids, "lost": ""})

    def _cancel_queries(self) -> None:
        SqlApi(self.snowflake_conn_id).cancel_queries(self.query_ids)


class StatementsOperator(SnowflakeSqlApiOperator):
    """Send statements as one request, or adopt the one of an earlier try, and wait in the triggerer.

    The provider's operator sends again whenever it is retried while deferred: rows that were appended would be twice.
    It reaches only `<account>.snowflakecomputing.com`, returns nothing, and logs whole results.
    """

    template_ext = ()

    def __init__(
        self,
        *,
        timeout_seconds: int,
        is_transaction: bool = False,
        returns_rows: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(timeout=timeout_seconds, deferrable=True, **kwargs)
        self.is_transaction, self.returns_rows = is_transaction, returns_rows
        self.sql: str | list[str]
        self.parameters: dict[str, Value] | None

    @cached_property
    def _hook(self) -> SqlApi:
        return SqlApi(self.snowflake_conn_id, **self.hook_params)

    def execute(self, context: Context) -> Any:
        """Send or adopt, then wait without a worker."""
        series = series_name(context)
        earlier = _earlier(context, series)
        if earlier and not self._hook.answer(earlier).failure:
            self.log.info("Adopting the statement %s, which an earlier try of this task sent", earlier)
            self._wait([earlier])
        # a try that is lost before it has noted the handle is followed by one with the same id
        request_id = uuid.uuid5(uuid.NAMESPACE_OID, f"{series}:{earlier}")
        handle = self._hook.submit(self._statements(), request_id, self.timeout)
        if (store := context.get("task_state_store")) is not None:
            store.set(_STATE, {"series": series, "handle": handle})
        self._wait([handle])

    def execute_complete(self, context: Context, event: dict[str, Any] | None = None) -> Any:  # noqa: ARG002 - Airflow's
        """The rows of the last statement, or the statements' handles.

        Raises AirflowException with Snowflake's own reason when a statement failed.
        """
        (handle,) = awaited(event)
        answer = self._hook.answer(handle)
        if answer.failure:
            raise AirflowException(f"Snowflake: {answer.failure}")
        handles = answer.statements
        own = handles[1:-1] if self.is_transaction and len(handles) > 1 else handles
        results = [self._shown(one) for one in own]
        return results[-1] if self.returns_rows else own

    def _statements(self) -> list[str]:
        """What is sent: statement by statement, with the parameters' values."""
        texts = [self.sql] if isinstance(self.sql, str) else self.sql
        filled = [bound(text, self.parameters, "snowflake") if self.parameters else text for text in texts]
        statements = [part for text in filled for part in split_statements(text, "snowflake")]
        if not statements:
            raise AirflowException("There is no statement to run: once rendered, the SQL is empty")
        self.log.info("Sending %d statements:\n%s", len(statements), ";\n".join(statements))
        is_one = len(statements) == 1 or not self.is_transaction
        return statements if is_one else ["BEGIN", *statements, "COMMIT"]

    def _wait(self, handles: list[str]) -> None:
        self.query_ids = handles
        conn_id = self.snowflake_conn_id
        trigger = StatementsTrigger(query_ids=handles, snowflake_conn_id=conn_id, poll_interval=self.poll_interval)
        self.defer(trigger=trigger, method_name="execute_complete")

    def _shown(self, handle: str) -> list[dict[str, Any]]:
        rows = self._hook.rows(handle)
        more = f"\n… {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else ""
        self.log.info("Statement %s:\n%s%s", handle, aligned(rows[:SHOWN_ROWS]), more)
        return rows


def awaited(event: dict[str, Any] | None) -> list[str]:
    """The handles that a trigger has waited for. Raises AirflowException when it could not."""
    event = dict(event or {})
    if event["lost"]:
        raise AirflowException(f"Snowflake was not to be reached: {event['lost']}")
    return list(event["query_ids"])


def _earlier(context: Context, series: str) -> str:
    """The handle that an earlier try of the series has noted; "" when there is none."""
    store = context.get("task_state_store")
    known = store.get(_STATE) if store is not None and is_retry(context) else None
    return str(known["handle"]) if known and known["series"] == series else ""
