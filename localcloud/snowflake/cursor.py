"""fakesnow's cursor with the statements that it lacks, and with an error for whatever remains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import pyarrow
import sqlglot
from duckdb import DuckDBPyConnection
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.params import MutableParams
from sqlglot import exp

from localcloud.snowflake import columns, statements, sums, temporary, temporary_statements
from localcloud.snowflake.errors import no_database, no_schema, unsupported
from localcloud.snowflake.failures import as_snowflake_errors
from localcloud.snowflake.storage import Storage
from localcloud.snowflake.text import NAME_PART, ObjectName, clean, unquote

if TYPE_CHECKING:
    from localcloud.snowflake.connection import LocalConnection


class LocalCursor(FakeSnowflakeCursor):
    """Runs one statement after the other of a session."""

    _conn: LocalConnection

    @property
    def duck(self) -> DuckDBPyConnection:
        """The session's connection to DuckDB."""
        return self._duck_conn

    @property
    def connection(self) -> LocalConnection:
        """The session."""
        return self._conn

    @property
    def storage(self) -> Storage:
        """The files of S3."""
        return self._conn.account.storage

    @property
    def database(self) -> str | None:
        """The session's current database."""
        return self._conn.database

    @property
    def schema(self) -> str | None:
        """The session's current schema."""
        return self._conn.schema

    def execute(self, command: str, params: Any = None, *args: Any, **kwargs: Any) -> Self:
        """Run one statement. ProgrammingError for whatever goes wrong, as a client of Snowflake expects."""
        with self._conn.turn(command), as_snowflake_errors(command):
            bound = bool(params or kwargs.get("binding_params"))
            cleaned = clean(self._inline_variables(command))
            own = statements.find(cleaned)
            if not any(self._run_own(found, bound=bound) for found in own):
                super().execute(command, params, *args, **kwargs)
            self._described = super()._describe_last_sql()
            self._conn.remember(self.sfqid)
            self._conn.account.altered.note(self, cleaned)
        return self

    def result(self) -> pyarrow.Table:
        """The rows of the last statement."""
        return self._arrow_table

    def described(self) -> list[Any]:
        """The columns of the last statement, as DuckDB's DESCRIBE tells them."""
        return self._described

    def run_fakesnow(self, command: str) -> str:
        """Run a statement by fakesnow alone; the first value of the answer."""
        super().execute(command)
        assert self._arrow_table is not None  # noqa: S101 - it is set by now
        return str(self._arrow_table.column(0)[0]) if self._arrow_table.num_rows else ""

    def translate(self, expression: exp.Expr) -> str:
        """A statement of Snowflake in DuckDB's SQL."""
        return self._transform(temporary.find_tables(expression, self), None).sql(dialect="duckdb")

    def answer(self, sql: str) -> None:
        """Make a SELECT of DuckDB the statement's result."""
        self._execute(sqlglot.parse_one(sql, read="duckdb"))

    def object_name(self, text: str) -> ObjectName:
        """A name with what the session has for the parts that are left out."""
        parts = [unquote(part) for part in NAME_PART.findall(text)]
        return self._qualified(parts)

    def existing_table(self, text: str) -> ObjectName:
        """What a table's name means in this session: its temporary table, if it has one of that name."""
        return temporary.resolve(self.duck, self.object_name(text))

    def table_name(self, table: exp.Table) -> ObjectName | None:
        """The full name of a table of a statement, or None for what is no named table."""
        if not isinstance(table.this, exp.Identifier):
            return None
        identifiers = [part for part in (table.args.get("catalog"), table.args.get("db"), table.this) if part]
        return self._qualified([part.name if part.quoted else part.name.upper() for part in identifiers])

    def exists(self, name: ObjectName) -> bool:
        """Whether there is a table or a view of that name."""
        query = (
            "SELECT 1 FROM system.information_schema.tables WHERE (table_catalog, table_schema, table_name) = (?, ?, ?)"
        )
        return self.duck.execute(query, list(name)).fetchone() is not None

    def commit_before_ddl(self) -> None:
        """End the open transaction, as Snowflake does before DDL."""
        if self._conn.in_transaction():
            self.duck.commit()
        self._conn._in_transaction = False

    def _run_own(self, found: statements.Found, *, bound: bool) -> bool:
        """Whether one of the own statements did it; the others are fakesnow's."""
        if bound and not found.statement.binds:
            raise unsupported("bindings in this statement", "write the values into it")
        if found.statement.commits and self._conn.in_transaction():
            self.duck.commit()  # as Snowflake does before DDL
        outcome = found.statement.run(self, found.match)
        if isinstance(outcome, str):
            self.answer(outcome)
        return outcome is not False

    def _transform_explode(self, expression: exp.Expr) -> list[exp.Expr]:
        parts = super()._transform_explode(temporary.find_tables(expression, self))
        if not temporary.is_creation(expression):
            return parts
        return [temporary.as_temporary(part, self) for part in parts]

    def _transform(self, expression: exp.Expr, params: MutableParams | None) -> exp.Expr:
        for rewrite in statements.REWRITES:
            expression = rewrite(expression, self)
        return sums.exact_sums(super()._transform(expression, params), self, params)

    def _execute(self, transformed: exp.Expr, params: MutableParams | None = None) -> None:
        if answer := temporary_statements.run(self, transformed, params):
            transformed, params = answer, None
        transformed = temporary_statements.with_temporary(transformed, self)
        # fakesnow leaves notes for itself in the arguments of what is more than a query
        if isinstance(transformed, exp.Query) and not set(transformed.args) - set(transformed.arg_types):
            transformed = columns.with_known_types(transformed, self.duck, params)
        super()._execute(transformed, params)

    def _describe_last_sql(self) -> list[Any]:
        return self._described

    def _qualified(self, parts: list[str]) -> ObjectName:
        if len(parts) < 3 and not self.database:
            raise no_database()
        if len(parts) < 2 and not self.schema:
            raise no_schema()
        return ObjectName(*[self.database or "", self.schema or ""][: 3 - len(parts)], *parts)
