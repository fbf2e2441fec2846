"""What the rules about Jinja share: the texts that Airflow renders, and findings with their exact place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec.structs import replace

from dagspec.problem import Edit, Fix, Problem
from dagspec.rule import Rule
from dagspec.scalars import span_in_text
from dagspec.spec import TaskDefaults, TaskKeys
from dagspec.templates import Template, Use, XComPull
from dagspec.view import PipelineView
from dagspec.written import Written

# operators render these, though every task takes them
_OF_OPERATORS = {"aws_conn_id", "region_name", "deferrable"}
BASE_KEYS = frozenset((*TaskKeys.__struct_fields__, *TaskDefaults.__struct_fields__)) - _OF_OPERATORS
_XCOMS_NEED_A_SOUND_GRAPH = {"unknown-upstream", "dependency-cycle", "unknown-group", "duplicate-task-id"}


@lru_cache(maxsize=2)
def rendered(pipeline: PipelineView) -> tuple[tuple[str, Template], ...]:
    """Task and template of every text that Airflow renders."""
    return tuple(_rendered(pipeline))


def _rendered(pipeline: PipelineView) -> Iterator[tuple[str, Template]]:
    for template in pipeline.templates:
        path = template.path
        if len(path) > 2 and path[0] == "tasks" and is_rendered(pipeline, str(path[1]), str(path[2])):
            yield str(path[1]), template


def is_rendered(pipeline: PipelineView, task_id: str, key: str) -> bool:
    """Whether Airflow renders an argument of a task; True when that is not known."""
    task = pipeline.tasks.get(task_id)
    fields = task.facts.template_fields if task else None
    return key not in BASE_KEYS if fields is None else _is_among(key, fields)


@lru_cache(maxsize=1024)
def _is_among(key: str, fields: tuple[str, ...]) -> bool:
    return any(_is_field(key, field) for field in fields)


def _is_field(key: str, field: str) -> bool:
    # some operators keep an argument under a shorter name: `db_cluster_id` as `cluster_id`, `columns` as `_columns`
    return key == field.lstrip("_") or key.endswith(f"_{field}")


def uses_of(pipeline: PipelineView) -> Iterator[tuple[Template, Use]]:
    """Every use of a variable in a text that Airflow renders, but those that may be undefined."""
    for _, template in rendered(pipeline):
        for use in template.uses:
            if not use.guarded:
                yield template, use


def pulls_of(pipeline: PipelineView) -> Iterator[tuple[str, Template, XComPull]]:
    """Task, template and pull of every XCom that is read by literal task ids."""
    for task_id, template in rendered(pipeline):
        for pull in template.pulls:
            yield task_id, template, pull


def graph_is_sound(pipeline: PipelineView) -> bool:
    """Whether it can be told which tasks run before which."""
    return all(problem.rule not in _XCOMS_NEED_A_SOUND_GRAPH for problem in pipeline.analysis.problems)


def at(
    rule: Rule, pipeline: PipelineView, template: Template, start: int, end: int, message: str, help_: str = ""
) -> Problem:
    """A finding at characters `start` up to `end` of a template, wherever in the file they are written."""
    place = _origin(pipeline, template, start, end)
    if place is None:
        return rule.problem(pipeline.place(*template.path), message, help_)
    offsets = span_in_text(pipeline.source, place.path, place.start, place.end)
    return replace(rule.problem(pipeline.place(*place.path), message, help_), at=pipeline.source.span_of(*offsets))


def needle_at(
    rule: Rule, pipeline: PipelineView, template: Template, needle: str, offset: int, message: str, help_: str = ""
) -> Problem:
    """Like `at`, for the first `needle` from an offset on."""
    start = max(template.text.find(needle, offset), 0)
    return at(rule, pipeline, template, start, start + len(needle), message, help_)


def replacement(
    pipeline: PipelineView, template: Template, start: int, end: int, text: str, safe: bool = False
) -> Fix | None:
    """A fix that puts `text` in the place of characters of a template; None when they are not plainly in the file."""
    place = _origin(pipeline, template, start, end)
    if place is None:
        return None
    offsets = span_in_text(pipeline.source, place.path, place.start, place.end)
    old = template.text[start:end]
    if pipeline.source.text[slice(*offsets)] != old:
        return None
    return Fix(f'replace "{old}" by "{text}"', (Edit(*offsets, text),), safe)


def _origin(pipeline: PipelineView, template: Template, start: int, end: int) -> Written | None:
    return pipeline.origins.find(template.path, start, end)
