"""The operator that makes an external table what the spec says, and refreshes it."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from typing import Any

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException

from dagspec.runtime.snowflake import StatementsOperator
from dagspec.sql_literals import quoted

MARK = "dagspec"  # the first word of the comment of what this operator has made
_NAME_PARTS = re.compile(r'"[^"]*"|[^.]+')


class ExternalTableOperator(StatementsOperator):
    """Make stage, file format and external table if they are absent or have changed, then refresh the table.

    The provider has no operator for it. CREATE … IF NOT EXISTS alone would keep an old definition for ever, and
    CREATE OR REPLACE each time would drop the table under its readers; so a comment has the definition's hash.

    objects: `kind`, `name` and `definition` of each, the table last: it is bound to the two others.
    sql: what is sent behind them.
    """

    template_fields: Sequence[str] = (*StatementsOperator.template_fields, "objects")

    def __init__(self, *, objects: list[dict[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.objects = objects

    def execute(self, context: Context) -> list[str] | None:  # noqa: ARG002 - Airflow's
        """Send what must be made, and the refresh; wait without a worker. A retry looks anew."""
        statements = [*self._making(), *self.sql]
        if not statements:
            self.log.info("The external table is as the spec says, and it is not refreshed: nothing to do")
            return []
        self.log.info("Sending %d statements:\n%s", len(statements), ";\n".join(statements))
        self._wait([self._hook.submit(statements, uuid.uuid4(), self.timeout)])
        return None

    def _making(self) -> list[str]:
        """The statements that make what is absent or differs; all three when one does."""
        owner = f"{MARK} {self.objects[-1]['name']} "
        comment = owner + hashlib.sha256(repr(self.objects).encode()).hexdigest()[:16]
        found = [self._comment(one) for one in self.objects]
        for one, known in zip(self.objects, found, strict=True):
            if known is not None and not known.startswith(owner):
                raise AirflowException(_not_ours(one, known))
        if all(known == comment for known in found):
            return []
        return [_create(one, comment, known is not None) for one, known in zip(self.objects, found, strict=True)]

    def _comment(self, one: dict[str, str]) -> str | None:
        """The comment of an object that there is."""
        *scope, name = _NAME_PARTS.findall(one["name"])
        plain = name.strip('"') if name.startswith('"') else name.upper()
        schema = f" IN SCHEMA {'.'.join(scope)}" if scope else ""
        listed = self._hook.query(f"SHOW {one['kind']}S LIKE {quoted(plain)}{schema}")
        # LIKE takes _ for any character
        return next((str(row["comment"] or "") for row in listed if row["name"] == plain), None)


def _create(one: dict[str, str], comment: str, is_there: bool) -> str:
    kind, name = one["kind"], one["name"]
    # never OR REPLACE of what is absent: a plain table may have that name
    head = f"CREATE OR REPLACE {kind} {name}" if is_there else f"CREATE {kind} IF NOT EXISTS {name}"
    grants = "\nCOPY GRANTS" if is_there and kind == "EXTERNAL TABLE" else ""
    return f"{head}\n{one['definition']}{grants}\nCOMMENT = {quoted(comment)}"


def _not_ours(one: dict[str, str], comment: str) -> str:
    made = f"its comment is {comment!r}" if comment else "it has no comment"
    return (
        f"The {one['kind'].lower()} {one['name']} was not made by this task ({made}), so it is left as it is: "
        "choose another name, or drop it"
    )
