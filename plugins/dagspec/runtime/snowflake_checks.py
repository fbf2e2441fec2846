"""The operator that checks rows and values of Snowflake, and tells all results at once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException

from dagspec.runtime.snowflake import StatementsOperator, awaited
from dagspec.runtime.snowflake_expected import Check, judged
from dagspec.runtime.snowflake_report import aligned


class ChecksOperator(StatementsOperator):
    """Run every check, tell all results in one table, and fail once at the end.

    The provider's check operators hold a worker, take one query each and stop at the first difference.

    checks: `name`, `sql`, what is expected (`rows`, `values`), and `counts`: the query itself counts the rows.
    """

    template_fields: Sequence[str] = (*StatementsOperator.template_fields, "checks")

    def __init__(self, *, checks: list[Check], **kwargs: Any) -> None:
        super().__init__(sql=[], **kwargs)
        self.checks = checks

    def execute(self, context: Context) -> None:  # noqa: ARG002 - Airflow's
        """Send the queries, each alone, so that a failing one stops no other; wait without a worker."""
        for check in self.checks:
            self.log.info("%s:\n%s", check["name"], check["sql"])
        self._wait([self._hook.submit([check["sql"]], uuid.uuid4(), self.timeout) for check in self.checks])

    def execute_complete(self, context: Context, event: dict[str, Any] | None = None) -> list[dict[str, str]]:  # noqa: ARG002 - Airflow's
        """The results: check, expected, found, result. Raises AirflowException that names every failed check."""
        pairs = zip(self.checks, awaited(event), strict=True)
        results = [self._result(check, handle) for check, handle in pairs]
        self.log.info("%d checks:\n%s", len(results), aligned(results))
        failed = [one for one in results if one["result"] != "ok"]
        if failed:
            lines = [f"{one['check']}: expected {one['expected']}, found {one['found']}" for one in failed]
            raise AirflowException(f"{len(failed)} of {len(results)} checks failed:\n" + "\n".join(lines))
        return results

    def _result(self, check: Check, handle: str) -> dict[str, str]:
        reason = self._hook.answer(handle).failure
        return judged(check, None if reason else self._hook.rows(handle), reason)
