"""`snowflake.check`: row counts and values, all told at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from dagspec.facts import Facts
from dagspec.kinds import Natural, NonEmpty
from dagspec.operators.snowflake.statements import SnowflakeTask
from dagspec.operators.sql_options import QualifiedName
from dagspec.problem import Problem
from dagspec.rulekit.stubs import stub
from dagspec.shared import Expansion, Task
from dagspec.spec import Keys
from dagspec.sql_split import split_statements


class Rows(Keys, frozen=True):
    """How many rows there must be: `equal`, or `min`, `max` or both."""

    min: Natural | None = None
    max: Natural | None = None
    equal: Natural | None = None

    def given(self) -> dict[str, int]:
        """What is set."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}


class Check(Keys, frozen=True):
    """One check: of a table's rows, of the rows of a query, or of the values that a query gives."""

    name: Annotated[NonEmpty | None, Meta(description="What the report calls it.")] = None
    table: Annotated[QualifiedName | None, Meta(description="The table whose rows are counted.")] = None
    sql: Annotated[NonEmpty | None, Meta(description="A query.")] = None
    rows: Annotated[Rows | None, Meta(description="How many rows the table or the query must have.")] = None
    values: Annotated[
        list[list[str | int | float | bool | None]] | None,
        Meta(description="The rows that the query must give, in this order; dates as 2024-01-31."),
    ] = None

    def wrong(self) -> tuple[str, str]:
        """What the types cannot tell, and what would be right; empty for a sound one."""
        if (self.table is None) == (self.sql is None):
            return 'must have exactly one of "table" and "sql"', ""
        if (self.rows is None) == (self.values is None):
            return 'must have exactly one of "rows" and "values"', ""
        if self.table and self.values is not None:
            return (
                'has "values", which need "sql"',
                "e.g. sql: SELECT MIN(day), MAX(day) FROM rides",
            )
        if self.sql and len(split_statements(stub(self.sql).text, "snowflake")) != 1:
            return '"sql" must be one query', "make each a check of its own"
        given = self.rows.given() if self.rows else {"equal": 0}
        if not given or ("equal" in given and len(given) > 1) or given.get("min", 0) > given.get("max", 2**31):
            return '"rows" must have equal, or min and max, the smaller first', "e.g. rows: {min: 1}"
        return "", ""


class Checks(SnowflakeTask, frozen=True, kw_only=True):
    """Check row counts and values in Snowflake; one report of all checks, which fails at its end."""

    name: ClassVar[str] = "snowflake.check"
    facts: ClassVar[Facts] = replace(
        SnowflakeTask.facts,
        template_fields=("checks", "snowflake_conn_id", "warehouse", "database", "schema", "role"),
    )

    checks: Annotated[list[Check], Meta(min_length=1, description="All are run, whatever the others give.")]

    def check(self, task: Task) -> Iterator[Problem]:
        """What each check must have; two with one name could not be told apart."""
        names = [self._name(index) for index in range(len(self.checks))]
        for index, one in enumerate(self.checks):
            try:
                wrong, help_ = one.wrong()
            except ValueError as error:
                wrong, help_ = str(error), ""
            if not wrong and names.index(names[index]) < index:
                wrong, help_ = "another check is called that too", "give each a name of its own"
            if wrong:
                yield Problem("wrong-type", f'the check "{names[index]}": {wrong}', task.place("checks", index), help_)

    def expand(self, task: Task) -> Expansion:
        """One task with all checks."""
        checks = [self._config(index) for index in range(len(self.checks))]
        return self.send(task, "snowflake_checks.ChecksOperator", checks=checks)

    def _name(self, index: int) -> str:
        one = self.checks[index]
        return one.name or (f"rows of {one.table}" if one.table else f"check {index + 1}")

    def _config(self, index: int) -> dict[str, Any]:
        one = self.checks[index]
        return {
            "name": self._name(index),
            "sql": one.sql or f"SELECT COUNT(*) FROM {one.table}",  # noqa: S608 - a checked name
            "counts": one.table is not None,
            "rows": one.rows.given() if one.rows else None,
            "values": one.values,
        }
