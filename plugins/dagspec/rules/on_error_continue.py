"""`on-error-continue`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.loads import copies, copy_options
from dagspec.rulekit.sql import sql_problem
from dagspec.view import PipelineView


class OnErrorContinue(Rule):
    """A COPY drops the rows that it cannot read.

    Why: With ON_ERROR = CONTINUE the load succeeds although rows are missing, and the task is green. Only the
    result of the statement, which nobody reads, tells how many.

    Bad:
        tasks:
          load:
            operator: airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator
            sql: |
              COPY INTO analytics.iris FROM @lake/curated
              FILE_FORMAT = (TYPE = CSV) ON_ERROR = CONTINUE

    Good:
        tasks:
          load:
            operator: airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator
            sql: |
              COPY INTO analytics.iris FROM @lake/curated
              FILE_FORMAT = (TYPE = CSV) ON_ERROR = ABORT_STATEMENT
    """

    severity = "warning"
    tags = ("snowflake",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """The clause in SQL, and in the options of operators that become part of a COPY."""
        message = "rows that cannot be read are dropped and the task is green"
        for statement in copies(pipeline):
            piece = statement.piece("ON_ERROR", "=", "CONTINUE")
            if piece:
                help_ = "use ON_ERROR = ABORT_STATEMENT, or check the rows in a task behind it"
                yield sql_problem(self, pipeline, statement.sql, piece, message, help_)
        for path, value in copy_options(pipeline):
            if path[-1] == "on_error" and str(value).lower() == "continue":
                help_ = "use abort_statement, or check the rows in a task behind it"
                yield self.problem(pipeline.place(*path), message, help_)
