"""`copy-force`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dagspec.problem import KeyPath, Problem
from dagspec.rule import Rule
from dagspec.rulekit.loads import copies, copy_options
from dagspec.rulekit.sql import sql_problem
from dagspec.view import PipelineView

_HELP = "leave it out; to load one file again, delete its rows and name it in FILES"


class CopyForce(Rule):
    """A COPY loads files again that it has loaded already.

    Why: COPY remembers which files it has loaded and skips them. FORCE switches that off, so each run and each
    retry loads every file of the path again and doubles its rows.

    Bad:
        tasks:
          load:
            operator: airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator
            sql: COPY INTO analytics.iris FROM @lake/curated FILE_FORMAT = (TYPE = PARQUET) FORCE = TRUE

    Good:
        tasks:
          load:
            operator: airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator
            sql: COPY INTO analytics.iris FROM @lake/curated FILE_FORMAT = (TYPE = PARQUET)
    """

    severity = "warning"
    tags = ("snowflake", "databricks")

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """`FORCE = TRUE` in SQL, and the options of operators that stand for it."""
        texts = "FORCE loads files that are loaded already and doubles their rows", _HELP
        for statement in copies(pipeline):
            piece = statement.piece("FORCE", "=", "TRUE")
            if piece:
                yield sql_problem(self, pipeline, statement.sql, piece, *texts)
        for path, value in copy_options(pipeline):
            if forced := _forced(path, value):
                yield self.problem(pipeline.place(*forced), *texts)


def _forced(path: KeyPath, value: Any) -> KeyPath:
    """The path of a switch that is on; empty when none is."""
    if value is True:
        return path
    named = {key.lower(): key for key in value} if isinstance(value, dict) else {}
    is_on = "force" in named and str(value[named["force"]]).lower() == "true"
    return (*path, named["force"]) if is_on else ()
