"""`unknown-template-variable`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dagspec.airflow_context import airflow_context
from dagspec.dagfactory_format import MACROS
from dagspec.problem import Problem, suggest
from dagspec.rule import Rule
from dagspec.rulekit.expr import at, needle_at, uses_of
from dagspec.templates import Template, Use
from dagspec.view import PipelineView


class UnknownTemplateVariable(Rule):
    """A template uses a name that Airflow does not give to templates.

    Why: Airflow's Jinja is strict: the task fails when it starts, with "is undefined".

    Bad:
        tasks:
          greet:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo {{ dss }}

    Good:
        tasks:
          greet:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo {{ ds }}
    """

    tags = ("expr",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Compare names, and what hangs on `var`, `macros` and `params`, with what Airflow has."""
        context = airflow_context()
        macros = _keys(pipeline.spec.get(MACROS))
        for template, use in uses_of(pipeline):
            if use.name in macros or template.path[-1] == "map_index_template":  # the task itself sets its names
                continue
            if use.name not in context.known and use.name not in context.removed:
                end = use.offset + len(use.name)
                message = f'unknown template variable "{use.name}"'
                yield at(self, pipeline, template, use.offset, end, message, _help(use))
            elif len(use.parts) > 1:
                yield from self._member(pipeline, template, use)

    def _member(self, pipeline: PipelineView, template: Template, use: Use) -> Iterator[Problem]:
        holder, member = use.parts[:2]
        known = _members(pipeline, template, holder)
        if member in known:
            return
        help_ = suggest(member, known)
        # plugins add macros, and a run may bring params: only what is nearly a known one is surely a mistake
        if known and (holder == "var" or help_.startswith("did you mean")):
            offset = use.offset + len(holder)
            yield needle_at(self, pipeline, template, member, offset, f'"{holder}" has no "{member}"', help_)


def _help(use: Use) -> str:
    if use.name in ("env", "vars"):
        kind = use.name.rstrip("s")
        return f'did you mean "${{{kind}.{use.parts[1] if len(use.parts) > 1 else "NAME"}}}", outside of {{{{ }}}}?'
    help_ = suggest(use.name, airflow_context().known)
    return help_ or "set it with {% set %}, or take it from params, var.value or conn"


def _members(pipeline: PipelineView, template: Template, holder: str) -> set[str]:
    if holder == "params":
        task = pipeline.tasks.get(str(template.path[1]))
        return {*_keys(pipeline.spec.get("params")), *_keys(task.arguments.get("params") if task else None)}
    members = {"var": airflow_context().var, "macros": airflow_context().macros}
    return set(members.get(holder, ()))


def _keys(value: Any) -> set[str]:
    return {str(key) for key in value} if isinstance(value, dict) else set()
