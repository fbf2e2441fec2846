"""`redshift.sql`: statements in one transaction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta
from msgspec.structs import replace

from dagspec.facts import Facts
from dagspec.files import FileError
from dagspec.kinds import NonEmpty, RepositoryFile
from dagspec.operators.redshift.statement import StatementTask
from dagspec.operators.sql_options import sql_of
from dagspec.problem import Problem
from dagspec.rulekit.stubs import stub
from dagspec.shared import Expansion, Task
from dagspec.sql_split import split_statements

MAX_STATEMENTS = 40  # of one BatchExecuteStatement
_ENDS_TRANSACTION = ("BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "TRUNCATE", "VACUUM")
_INSTEAD = {
    "TRUNCATE": "Redshift's TRUNCATE commits: use DELETE FROM, or a task of its own",
    "VACUUM": "VACUUM runs outside of a transaction only: give it a task of its own",
}


class Sql(StatementTask, frozen=True, kw_only=True):
    """Run SQL on Redshift, all statements in one transaction; a retry never runs them a second time."""

    name: ClassVar[str] = "redshift.sql"
    facts: ClassVar[Facts] = replace(
        StatementTask.facts,
        sql=("sql", "sql_file"),
        dialect="redshift",
        template_fields=("sql", "parameters", "database", "cluster_identifier", "workgroup_name", "db_user"),
    )

    sql: Annotated[NonEmpty | None, Meta(description="The statements.")] = None
    sql_file: Annotated[RepositoryFile | None, Meta(description="A file of this repository with them.")] = None
    parameters: Annotated[
        dict[NonEmpty, str | int | float], Meta(description="What :name stands for in the statements.")
    ] = {}
    return_rows: Annotated[
        bool, Meta(description="Return the rows of the last query, each as column: value; for small results.")
    ] = False

    def check(self, task: Task) -> Iterator[Problem]:
        """Where the SQL is, and whether it can be one transaction."""
        yield from super().check(task)
        yield from self.exactly_one(task, "sql", "sql_file")
        try:
            yield from self._unsound(task, stub(sql_of(task, self.sql, self.sql_file)).text)
        except FileError as problem:
            yield Problem("missing-file", str(problem), task.place("sql_file"), problem.help)

    def expand(self, task: Task) -> Expansion:
        """One task; the text stays whole, because templates may hold semicolons."""
        named = [{"name": name, "value": str(value)} for name, value in self.parameters.items()]
        more = {"parameters": named} if named else {}
        return self.send(task, sql_of(task, self.sql, self.sql_file), **more, return_sql_result=self.return_rows)

    def _unsound(self, task: Task, text: str) -> Iterator[Problem]:
        option = "sql_file" if self.sql_file else "sql"
        if self.sql is None and self.sql_file is None:
            return  # told already
        place = task.place(option)
        try:
            statements = split_statements(text, "redshift")
        except ValueError as error:
            yield Problem("sql-syntax", str(error), place)
            return
        if not 1 <= len(statements) <= MAX_STATEMENTS:
            message = f'"{option}" must hold 1 to {MAX_STATEMENTS} statements, found {len(statements)}'
            yield Problem("wrong-type", message, place, "that is what the Data API takes in one transaction")
        yield from _ends_transaction(statements, option, task)
        for name in self.parameters:
            if not re.search(rf"(?<!:):{re.escape(name)}\b", text):
                message = f'no statement has the parameter ":{name}"'
                yield Problem("wrong-type", message, task.place("parameters", name, key=True), "Redshift refuses it")


def _ends_transaction(statements: list[str], option: str, task: Task) -> Iterator[Problem]:
    for statement in statements if len(statements) > 1 else ():
        word = re.split(r"\W", statement, maxsplit=1)[0].upper()
        if word in _ENDS_TRANSACTION:
            message = f"{word} stands among statements that run as one transaction"
            yield Problem("wrong-type", message, task.place(option), _INSTEAD.get(word, "remove it"))
