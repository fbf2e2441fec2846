"""`removed-context-variable`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dagspec.airflow_context import airflow_context
from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.expr import at, replacement, uses_of
from dagspec.templates import Template, Use
from dagspec.view import PipelineView


class RemovedContextVariable(Rule):
    """A template uses a variable that Airflow 3 removed.

    Why: the task fails when it starts, with "is undefined". Airflow 2 still had the name, with a warning.

    Bad:
        tasks:
          greet:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo {{ execution_date }}

    Good:
        tasks:
          greet:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo {{ logical_date }}
    """

    tags = ("expr",)
    fixable = "safe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Look up each name, alone and as an attribute of `dag_run` or `ti`."""
        for template, use in uses_of(pipeline):
            for end in (1, 2):
                name = ".".join(use.parts[:end])
                if len(use.parts) >= end and name in airflow_context().removed:
                    yield self._found(pipeline, template, use, name)

    def _found(self, pipeline: PipelineView, template: Template, use: Use, name: str) -> Problem:
        removed = airflow_context().removed[name]
        start, end = use.offset, use.offset + len(name)
        message = f'"{name}" was removed in Airflow 3'
        problem = at(self, pipeline, template, start, end, message, f"use {removed.use}")
        # `dag_run["execution_date"]` is spelled otherwise: no fix
        if not removed.same or template.text[start:end] != name:
            return problem
        return replace(problem, fix=replacement(pipeline, template, start, end, removed.use, safe=True))
