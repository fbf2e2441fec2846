"""The calls of the Redshift Data API."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, BaseResponse
from moto.redshiftdata.models import redshiftdata_backends

from localcloud.redshift import control_checks
from localcloud.redshift import data_api_answers as answers
from localcloud.redshift.data_api import LocalRedshiftDataBackend
from localcloud.redshift.data_api_catalog import Window
from localcloud.redshift.data_api_errors import ValidationError
from localcloud.redshift.data_api_results import as_csv, as_fields
from localcloud.redshift.data_api_sessions import CLOSED
from localcloud.redshift.data_api_statement import FINISHED, Statement

_MOST_QUERIES = 40
_MOST_LISTED = 100


class LocalRedshiftDataResponse(BaseResponse):
    """Requests to the backend, statements to answers."""

    def __init__(self) -> None:
        super().__init__(service_name="redshift-data")
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> LocalRedshiftDataBackend:
        """The backend of the request's account and region."""
        return redshiftdata_backends[self.current_account][self.region]

    def call_action(self) -> Any:
        """Do what is asked."""
        return control_checks.unsupported(self, "the Redshift Data API") or super().call_action()

    def execute_statement(self) -> ActionResult:
        """ExecuteStatement: starts it, and waits for it only as long as WaitTimeSeconds says."""
        statement = self.backend.execute(self.params, [self.params["Sql"]], is_batch=False)
        self._wait(statement)
        return ActionResult(answers.submitted(statement))

    def batch_execute_statement(self) -> ActionResult:
        """BatchExecuteStatement: one transaction, unless ExecutionMode says otherwise."""
        sqls = self.params["Sqls"]
        if not 1 <= len(sqls) <= _MOST_QUERIES:
            raise ValidationError(f"Sqls must hold 1 to {_MOST_QUERIES} SQL statements, it holds {len(sqls)}.")
        statement = self.backend.execute(self.params, sqls, is_batch=True)
        self._wait(statement)
        return ActionResult(answers.submitted(statement))

    def describe_statement(self) -> ActionResult:
        """DescribeStatement, of a statement or of one query of a batch."""
        statement, query = self.backend.find(self.params["Id"])
        self._wait(statement)
        return ActionResult(answers.described_query(query) if query else answers.described(statement))

    def get_statement_result(self) -> ActionResult:
        """GetStatementResult: rows as typed fields."""
        return self._result("JSON")

    def get_statement_result_v2(self) -> ActionResult:
        """GetStatementResultV2: rows as CSV."""
        return self._result("CSV")

    def cancel_statement(self) -> ActionResult:
        """CancelStatement: returns when the statement has ended."""
        self.backend.cancel(self.params["Id"])
        return ActionResult({"Status": True})

    def list_statements(self) -> ActionResult:
        """ListStatements, the newest first; only the finished ones unless a Status is given, as on AWS."""
        found = [answers.listed(one) for one in self._newest_first() if self._is_wanted(one)]
        return ActionResult(self._window(_MOST_LISTED).answer("Statements", found))

    def list_sessions(self) -> ActionResult:
        """ListSessions; not the closed ones unless a Status is given."""
        sessions = [session.answer() for session in self.backend.sessions.values()]
        wanted = self.params.get("Status")
        found = [
            {name: answers.moment(value) if name in _TIMES else value for name, value in session.items()}
            for session in sessions
            if self.params.get("SessionId", session["SessionId"]) == session["SessionId"]
            and (session["Status"] == wanted if wanted else session["Status"] != CLOSED)
        ]
        return ActionResult(self._window(_MOST_LISTED).answer("Sessions", found))

    def list_databases(self) -> ActionResult:
        """ListDatabases."""
        return ActionResult(self._window().answer("Databases", self.backend.catalog(self.params).databases()))

    def list_schemas(self) -> ActionResult:
        """ListSchemas."""
        schemas = self.backend.catalog(self.params).schemas(self.params.get("SchemaPattern", "%"))
        return ActionResult(self._window().answer("Schemas", schemas))

    def list_tables(self) -> ActionResult:
        """ListTables: tables and views."""
        patterns = self.params.get("SchemaPattern", "%"), self.params.get("TablePattern", "%")
        return ActionResult(self._window().answer("Tables", self.backend.catalog(self.params).tables(*patterns)))

    def describe_table(self) -> ActionResult:
        """DescribeTable: its columns."""
        table = self.params.get("Table")
        if not table:
            raise ValidationError("Table is needed.")
        columns = self.backend.catalog(self.params).columns(table, self.params.get("Schema", "%"))
        return ActionResult({**self._window().answer("ColumnList", columns), "TableName": table})

    def _result(self, result_format: str) -> ActionResult:
        statement, _ = self.backend.find(self.params["Id"])
        self._wait(statement)
        query = self.backend.query_with_result(self.params["Id"], result_format)
        page = self.backend.results.page(query, self.params.get("NextToken", ""))
        columns = query.columns or []
        records = as_csv(page, columns) if result_format == "CSV" else as_fields(page, columns)
        return ActionResult(
            {
                "Records": records,
                "ColumnMetadata": columns,
                "TotalNumRows": query.rows,
                "ResultFormat": result_format,
                "NextToken": page.next_token,
            }
        )

    def _wait(self, statement: Statement) -> None:
        if seconds := self.params.get("WaitTimeSeconds"):
            self.backend.wait(statement, seconds)

    def _window(self, most: int | None = None) -> Window:
        return Window.of(self.params.get("NextToken"), self.params.get("MaxResults") or most)

    def _newest_first(self) -> list[Statement]:
        return sorted(self.backend.statements.values(), key=lambda statement: statement.created, reverse=True)

    def _is_wanted(self, statement: Statement) -> bool:
        wanted = self.params.get("Status", FINISHED)
        target = statement.target
        return (
            wanted in ("ALL", statement.status)
            and (statement.name or "").startswith(self.params.get("StatementName", ""))
            and self.params.get("ClusterIdentifier", target.cluster) == target.cluster
            and self.params.get("WorkgroupName", target.workgroup) == target.workgroup
            and self.params.get("Database", target.database) == target.database
        )


_TIMES = ("CreatedAt", "UpdatedAt", "SessionTtl")
