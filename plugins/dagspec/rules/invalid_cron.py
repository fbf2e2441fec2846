"""`invalid-cron`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dagspec.problem import Problem, Span
from dagspec.rule import Rule
from dagspec.rulekit.cron import CronError, cron_errors
from dagspec.rulekit.schedule import schedule_text
from dagspec.view import PipelineView


class InvalidCron(Rule):
    """The schedule is no cron text or preset that Airflow can read, or it never fires.

    Why: Airflow refuses the DAG, or takes it and never starts it, and nobody is told.

    Bad:
        schedule: 0 25 * * *
        tasks:
          report:
            operator: airflow.providers.standard.operators.empty.EmptyOperator

    Good:
        schedule: 0 23 * * *
        tasks:
          report:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
    """

    tags = ("time",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Each field that is out of its range or not understood."""
        text = schedule_text(pipeline)
        if text is None:
            return
        for error in cron_errors(text):
            message = error.message if text in error.message else f'"{text}": {error.message}'
            problem = self.problem(pipeline.place("schedule"), message, error.help)
            yield replace(problem, at=_span(pipeline, text, error))


def _span(pipeline: PipelineView, text: str, error: CronError) -> Span | None:
    """The span of the field itself; None when the text comes from a variable or spans lines."""
    start, end = pipeline.source.offsets(("schedule",), "value")
    at = pipeline.source.text.find(text, start, end)
    return pipeline.source.span_of(at + error.start, at + error.end) if at >= 0 else None
