"""`template-in-plain-field`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagspec.airflow_context import airflow_context
from dagspec.catalog import is_native
from dagspec.lazy import lazily
from dagspec.problem import SHOWN_CANDIDATES, KeyPath, Problem
from dagspec.rule import Rule
from dagspec.rulekit.expr import BASE_KEYS, at, is_rendered
from dagspec.templates import Template
from dagspec.view import PipelineView

_JINJA = lazily(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_DOCS = {"doc_md", "tooltip", "group_display_name", "dag_display_name", "vars"}


class TemplateInPlainField(Rule):
    """A template stands where Airflow renders none.

    Why: the braces are sent as they stand: a connection, a pool or a name of that spelling does not exist.

    Bad:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet
            http_conn_id: "{{ var.value.search_connection }}"

    Good:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: "s3://{{ var.value.bucket }}/raw.parquet"
    """

    tags = ("expr",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Texts outside of the template fields; those that other programs may render are left alone."""
        told = {problem.place.path for problem in pipeline.analysis.problems}
        for template in pipeline.templates:
            if _is_plain(pipeline, template) and _is_airflows(template) and not told & _prefixes(template):
                found = _JINJA.search(template.text)
                if found:
                    shown = found[0] if len(found[0]) <= 40 else found[0][:39] + "…"
                    message = f'Airflow renders no templates in "{_key(template.path)}"; it gets {shown} as it stands'
                    yield at(self, pipeline, template, *found.span(), message, _help(pipeline, template))


def _key(path: KeyPath) -> str:
    """The argument of Airflow that a path lies in."""
    if path[0] == "tasks":
        return str(path[2]) if len(path) > 2 else ""
    inside = path.index("default_args") + 1 if "default_args" in path else 0
    return str(path[inside]) if inside < len(path) else ""


def _is_plain(pipeline: PipelineView, template: Template) -> bool:
    path, key = template.path, _key(template.path)
    if path[0] == "tasks":
        return key not in _DOCS and not is_rendered(pipeline, str(path[1]), key)
    if "default_args" in path:
        return key in BASE_KEYS
    return _DOCS.isdisjoint(map(str, path))


def _is_airflows(template: Template) -> bool:
    """Whether it uses Airflow's names, and is closed: a search in an endless one takes long."""
    context = airflow_context()
    names = context.known | context.removed.keys()
    return template.mistake is None and not names.isdisjoint(template.names)


def _prefixes(template: Template) -> set[KeyPath]:
    return {template.path[:end] for end in range(1, len(template.path) + 1)}


def _help(pipeline: PipelineView, template: Template) -> str:
    path = template.path
    task = pipeline.tasks.get(str(path[1])) if path[0] == "tasks" else None
    fields = (task.facts.template_fields or ()) if task else ()
    if task and path[2] not in BASE_KEYS and 0 < len(fields) <= SHOWN_CANDIDATES:
        name = task.operator.rpartition(".")[2] if is_native(task.operator) else task.operator
        return f"{name} renders: {', '.join(fields)}"
    return "write the value, or ${env.NAME} for one that each environment sets"
