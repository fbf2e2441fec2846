"""`default_args` of dag-factory: any argument of any operator may stand there, and Airflow drops what no task takes."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from dagspec.catalog import catalog
from dagspec.dagfactory.findings import Findings
from dagspec.dagfactory.nodes import Fields, fields, is_null, value_of
from dagspec.dagfactory.objects import DATES
from dagspec.dagfactory.values import date
from dagspec.native_arguments import runs_code
from dagspec.native_catalog import native, native_catalog
from dagspec.problem import suggest
from dagspec.schema import REMOVED
from dagspec.spec import Pipeline, TaskDefaults

_TASK_KEYS = frozenset(TaskDefaults.__struct_fields__)


def split(node: yaml.Node, findings: Findings) -> tuple[Fields, Fields]:
    """Those that specs know as `default_args`, and the others, which belong to single operators."""
    known: Fields = {}
    others: Fields = {}
    for name, (key, value) in fields(node).items():
        if runs_code(name):
            findings.refuse(key, f'"{name}" would run code while the DAG is loaded')
        elif name in _TASK_KEYS:
            known[name] = (key, date(value, name, findings) if name in DATES else value)
        elif not is_null(value):
            others[name] = (key, value)
    return {name: pair for name, pair in known.items() if not is_null(pair[1])}, others


def push_down(others: Fields, tasks: Iterable[Fields], findings: Findings) -> None:
    """Hand each argument to the tasks whose operator takes it and that do not set it; tell those that none takes."""
    listed = list(tasks)
    for name, (key, value) in others.items():
        takers = [parts for parts in listed if _takes(parts, name)]
        for parts in takers:
            parts.setdefault(name, (key, value))
        if not takers and not any(_is_open(parts) for parts in listed):
            message = f'no task takes "{name}" from default_args: Airflow drops it'
            findings.note("unknown-key", key, message, _meant(name))


def _takes(parts: Fields, name: str) -> bool:
    operator = _operator(parts)
    if operator in catalog():
        return name in catalog()[operator].__struct_fields__
    known = native(operator)
    return known is not None and (name in known.parameters or name in native_catalog().base)


def _is_open(parts: Fields) -> bool:
    """Whether an operator may take more than is known."""
    known = native(_operator(parts))
    return _operator(parts) not in catalog() and (known is None or not known.complete)


def _operator(parts: Fields) -> str:
    return value_of(parts["operator"][1]) if "operator" in parts else ""


def _meant(name: str) -> str:
    if name in REMOVED:
        return REMOVED[name]
    if name in Pipeline.__struct_fields__:
        return 'it belongs to the DAG, beside "default_args"'
    return suggest(name, _TASK_KEYS)
