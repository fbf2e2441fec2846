"""`constant-idempotency-token`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.lazy import lazily
from dagspec.problem import Fix, KeyPath, Problem
from dagspec.rule import Rule
from dagspec.rulekit.databricks import is_literal, requests, written_text
from dagspec.rulekit.edits import replace_value
from dagspec.view import PipelineView

_SIMPLE = lazily(r"[\w.${}-]{1,24}")  # Databricks takes 64 characters, and a run_id has up to 40


class ConstantIdempotencyToken(Rule):
    """The idempotency token of a Databricks run is the same in every run.

    Why: Databricks starts nothing for a token that it knows and gives back the run that used it first. The second
    run of the pipeline does no work and is green.

    Bad:
        tasks:
          clean:
            operator: airflow.providers.databricks.operators.databricks.DatabricksSubmitRunOperator
            notebook_task: {notebook_path: /Shared/clean_pins}
            idempotency_token: clean-pins

    Good:
        tasks:
          clean:
            operator: airflow.providers.databricks.operators.databricks.DatabricksSubmitRunOperator
            notebook_task: {notebook_path: /Shared/clean_pins}
            idempotency_token: "clean-pins-{{ run_id }}"
    """

    tags = ("databricks",)
    fixable = "unsafe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Tokens without a template."""
        for request in requests(pipeline):
            for path, token in request.values("idempotency_token"):
                if is_literal(token):
                    message = "the token is the same in every run: from the second run on Databricks starts nothing"
                    help_ = "add {{ run_id }} to it"
                    yield self.problem(pipeline.place(*path), message, help_, fix=_fix(pipeline, path))


def _fix(pipeline: PipelineView, path: KeyPath) -> Fix | None:
    written = written_text(pipeline, path)
    if not _SIMPLE.fullmatch(written):
        return None
    edit = replace_value(pipeline.source, path, f'"{written}-{{{{ run_id }}}}"')
    return Fix("add {{ run_id }} to the token", (edit,)) if edit else None
