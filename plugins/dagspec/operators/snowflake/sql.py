"""`snowflake.sql`: statements in one transaction, or each on its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta
from msgspec.structs import replace

from dagspec.facts import Facts
from dagspec.files import FileError
from dagspec.kinds import NonEmpty, RepositoryFile
from dagspec.operators.snowflake.statements import SnowflakeTask
from dagspec.operators.sql_options import sql_of
from dagspec.problem import Problem
from dagspec.rulekit.sql_words import words_of
from dagspec.rulekit.stubs import stub
from dagspec.shared import Expansion, Task
from dagspec.sql_literals import PLACEHOLDER
from dagspec.sql_split import split_statements

_WORD = re.compile(r"\W")
_TRANSACTION = ("BEGIN", "START", "COMMIT", "ROLLBACK")
# each commits what went before it
_DDL = ("CREATE", "ALTER", "DROP", "UNDROP", "TRUNCATE", "GRANT", "REVOKE", "COMMENT")
_BLOCK = re.compile(r"(?i)(DECLARE|BEGIN(?!\s*(;|$|TRANSACTION\b|WORK\b|NAME\b)))")


class Sql(SnowflakeTask, frozen=True, kw_only=True):
    """Run SQL on Snowflake, all statements in one transaction; a retry never runs them a second time."""

    name: ClassVar[str] = "snowflake.sql"
    facts: ClassVar[Facts] = replace(
        SnowflakeTask.facts,
        sql=("sql", "sql_file"),
        template_fields=("sql", "parameters", "snowflake_conn_id", "warehouse", "database", "schema", "role"),
    )

    sql: Annotated[NonEmpty | None, Meta(description="The statements.")] = None
    sql_file: Annotated[RepositoryFile | None, Meta(description="A file of this repository with them.")] = None
    parameters: Annotated[
        dict[NonEmpty, str | int | float | bool | None],
        Meta(description="What %(name)s stands for in the statements: a value, never a piece of SQL."),
    ] = {}
    autocommit: Annotated[
        bool,
        Meta(description="Each statement commits, instead of all in one transaction: CREATE and the like need it."),
    ] = False
    return_rows: Annotated[
        bool, Meta(description="Return the rows of the last statement, each as column: value; for small results.")
    ] = False

    def check(self, task: Task) -> Iterator[Problem]:
        """Where the SQL is, whether it can be one transaction, and whether its parameters are there."""
        yield from self.exactly_one(task, "sql", "sql_file")
        if self.sql is None and self.sql_file is None:
            return
        option = "sql" if self.sql_file is None else "sql_file"
        try:
            text = sql_of(task, self.sql, self.sql_file)
            yield from self._unsound(task, text, option)
        except FileError as problem:
            yield Problem("missing-file", str(problem), task.place(option), problem.help)
        except ValueError as error:
            yield Problem("sql-syntax", str(error), task.place(option))

    def expand(self, task: Task) -> Expansion:
        """One task; the text stays whole, because templates may hold semicolons."""
        more = {"parameters": self.parameters} if self.parameters else {}
        return self.send(
            task,
            "snowflake.StatementsOperator",
            sql=sql_of(task, self.sql, self.sql_file),
            is_transaction=not self.autocommit,
            returns_rows=self.return_rows,
            **more,
        )

    def _unsound(self, task: Task, text: str, option: str) -> Iterator[Problem]:
        statements = split_statements(stub(text).text, "snowflake")
        if not statements:
            yield Problem("wrong-type", f'"{option}" holds no statement', task.place(option))
        if wrong := _not_together(statements, self.autocommit):
            yield Problem("wrong-type", wrong[0], task.place(option), wrong[1])
        yield from self._wrong_parameters(task, text, option)

    def _wrong_parameters(self, task: Task, text: str, option: str) -> Iterator[Problem]:
        names = _placeholders(text)
        for name in sorted(names - set(self.parameters)):
            yield Problem(
                "missing-key", f'"parameters" has no "{name}", which %({name})s stands for', task.place(option)
            )
        for name in self.parameters:
            if name not in names:
                message = f'no statement has the parameter "%({name})s"'
                help_ = "write it without quotes: a text gets its own" if f"%({name})s" in text else "remove it"
                yield Problem("wrong-type", message, task.place("parameters", name, key=True), help_)


def _placeholders(text: str) -> set[str]:
    """The names that stand for values: a stub that is a word of its own, so not in quotes or comments."""
    stubbed = stub(text)
    words = {(word.start, word.end) for word in words_of(stubbed.text, "snowflake") or ()}
    found = (PLACEHOLDER.fullmatch(text, *span) for span in stubbed.spans if span in words)
    return {one["name"] for one in found if one}


def _not_together(statements: list[str], autocommit: bool) -> tuple[str, str] | None:
    """Why the statements cannot run as they stand, and what would be right."""
    if any(_BLOCK.match(statement) for statement in statements):
        return "a block of Snowflake Scripting stands among the statements", "write EXECUTE IMMEDIATE $$ … $$"
    words = [_WORD.split(statement, maxsplit=1)[0].upper() for statement in statements]
    if autocommit or len(statements) == 1:
        return None
    if found := next((word for word in words if word in _TRANSACTION), None):
        return f"{found} stands among statements that run as one transaction", "remove it, or set autocommit: true"
    if found := next((word for word in words if word in _DDL), None):
        help_ = "set autocommit: true, or give it a task of its own"
        help_ = f"use DELETE FROM; or {help_}" if found == "TRUNCATE" else help_
        return f"{found} stands among statements that run as one transaction, and Snowflake commits there", help_
    return None
