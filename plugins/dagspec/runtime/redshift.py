"""A Redshift operator whose statements are one transaction, run once whatever is retried."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from airflow.providers.amazon.aws.operators.redshift_data import RedshiftDataOperator
from airflow.providers.amazon.aws.triggers.redshift_data import RedshiftDataTrigger
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException
from airflow.triggers.base import TriggerEvent

from dagspec.runtime.redshift_statements import FINISHED, RUNNING, earlier_statement, failure, rows, statement_ids
from dagspec.runtime.tries import is_retry, series_name
from dagspec.sql_split import split_statements


class StatementTrigger(RedshiftDataTrigger):
    """The provider's trigger, with an end: a statement that runs on after its task has failed may commit later.

    deadline: seconds since the epoch, so that a restarted triggerer does not begin to wait anew.
    """

    def __init__(self, *, deadline: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.deadline = deadline

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The provider's names its own class."""
        _, arguments = super().serialize()
        return f"{__name__}.{type(self).__name__}", arguments | {"deadline": self.deadline}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait for the end, or cancel."""
        while await self.hook.is_still_running(self.statement_id):
            if time.time() > self.deadline:
                await self.on_kill()
                yield TriggerEvent({"statement_id": self.statement_id, "is_late": True})
                return
            await asyncio.sleep(self.poll_interval)
        yield TriggerEvent({"statement_id": self.statement_id, "is_late": False})


class StatementOperator(RedshiftDataOperator):
    """Send statements as one transaction, or adopt those that an earlier try sent, and wait in the triggerer.

    The provider's operator sends again whenever it is retried while deferred: rows that were appended would be twice.
    It takes a text for one statement, and its error is the whole context of the task.
    """

    template_ext = ()

    def __init__(self, *, timeout_seconds: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.timeout_seconds = timeout_seconds
        self.sql: str | list[str]

    def execute(self, context: Context) -> list[Any]:
        """Send or adopt; wait without a worker unless it is done already."""
        self.statement_name = series_name(context)
        found = earlier_statement(self.hook.conn, self.statement_name) if is_retry(context) else None
        if found:
            self.log.info("Adopting the statement %s, which an earlier try of this task sent", found)
            self.statement_id = found
        else:
            self._prepare()
            self.submit_job(context)
        if self.hook.conn.describe_statement(Id=self.statement_id)["Status"] in RUNNING:
            self._wait()
        return self._result(self.statement_id)

    def execute_complete(self, context: Context, event: dict[str, Any] | None = None) -> list[Any]:  # noqa: ARG002
        """What it returns. Raises AirflowException with Redshift's own reason when it failed or took too long."""
        event = dict(event or {})
        if event["is_late"]:
            limit = f"{self.timeout_seconds} s"
            raise AirflowException(f"Statement {event['statement_id']} was cancelled: it took longer than {limit}")
        return self._result(event["statement_id"])

    def _prepare(self) -> None:
        """One statement, or the list that the Data API runs as one transaction."""
        texts = [self.sql] if isinstance(self.sql, str) else self.sql
        statements = [part for text in texts for part in split_statements(text, "redshift")]
        if not statements:
            raise AirflowException("There is no statement to run: once rendered, the SQL is empty")
        self.sql = statements if len(statements) > 1 else statements[0]
        self.log.info("Sending %d statements:\n%s", len(statements), ";\n".join(statements))

    def _wait(self) -> None:
        trigger = StatementTrigger(
            statement_id=self.statement_id,
            task_id=self.task_id,
            poll_interval=self.poll_interval,
            aws_conn_id=self.aws_conn_id,
            region_name=self.region_name,
            deadline=time.time() + self.timeout_seconds,
        )
        self.defer(trigger=trigger, method_name="execute_complete")

    def _result(self, statement_id: str) -> list[Any]:
        described = self.hook.conn.describe_statement(Id=statement_id)
        if described["Status"] != FINISHED:
            raise AirflowException(failure(described))
        return rows(self.hook.conn, described) if self.return_sql_result else statement_ids(described)
