"""Files in dag-factory's own format (`name: {tasks: …}`, several DAGs, `default:`) as the specs that they mean.

The nodes of the YAML are put in the order of a spec and keep their places, so that every finding points at the text
that the author wrote.
"""

from __future__ import annotations

from typing import Any

import yaml

from dagspec.problem import Problem, Span
from dagspec.source import MAX_DEPTH, MAX_VALUES, Source

DEFAULT = "default"
_NOT_A_DAG = (DEFAULT, "task_groups")  # dag-factory skips these
MACROS = "x-user_defined_macros"  # where lint finds the names that a DAG's own macros have
_EXTENDS = "__extends__"


def unwrap(source: Source) -> list[Source]:
    """One source for each DAG of a file in dag-factory's format; any other source as it is.

    Each has the name and text of the file. What keeps dagspec from loading it is in `problems`, the rest in `notes`.
    """
    if source.dag:
        return [source]
    if not is_dagfactory(source.value):
        return [_defaults_file(source) if _holds_defaults(source) else source]
    names = [name for name in source.value if _is_dag_name(name)]
    if len(names) * _count(source.value.get(DEFAULT)) > MAX_VALUES:
        return [_too_large(source, len(names))]
    return [_safely(source, name) for name in names]


def is_dagfactory(value: Any) -> bool:
    """Whether the values of a file are DAGs by their name, as dag-factory wants them."""
    from dagspec.spec import Pipeline

    if not isinstance(value, dict) or "tasks" in value:
        return False
    dags = {name: inner for name, inner in value.items() if _is_dag_name(name)}
    if any(name in Pipeline.__struct_fields__ and not _has_tasks(inner) for name, inner in dags.items()):
        return False  # keys of a spec
    return any(_has_tasks(inner) for inner in (*dags.values(), value.get(DEFAULT))) and bool(dags)


def _has_tasks(value: Any) -> bool:
    return isinstance(value, dict) and "tasks" in value


def _is_dag_name(name: str) -> bool:
    return name not in (*_NOT_A_DAG, _EXTENDS) and not name.startswith("x-")


def _too_large(source: Source, count: int) -> Source:
    part = Source(source.name, source.text, source.root, problems=list(source.problems))
    message = f'the file is too large once "{DEFAULT}" is merged into each of its {count:,} DAGs'
    part.problems.append(Problem("yaml-syntax", message, source.place((DEFAULT,), "key"), "split the file"))
    return part


def _holds_defaults(source: Source) -> bool:
    """Whether it is the `defaults.yml` that dag-factory merges into all files of its folder."""
    named = source.name.rpartition("/")[2] in ("defaults.yml", "defaults.yaml")
    return named and isinstance(source.value, dict) and "tasks" not in source.value


def _defaults_file(source: Source) -> Source:
    part = Source(source.name, source.text, source.root, problems=list(source.problems))
    message = "dagspec does not read dag-factory's defaults of a folder: no DAG has what stands here"
    help_ = f'write it under "{DEFAULT}:" in each file'
    part.problems.append(Problem("dag-factory-only", message, source.place(), help_, "warning"))
    return part


def _safely(source: Source, name: str) -> Source:
    try:
        return _part(source, name)
    except Exception as error:  # a defect must not hide the other DAGs
        part = Source(source.name, source.text, source.root, dag=name, whole=source)
        message = f"internal error, please report it: {type(error).__name__}: {error}"
        part.problems.append(Problem("internal-error", message, part.place()))
        return part


def _part(source: Source, name: str) -> Source:
    from dagspec.dagfactory.dag import spec_nodes
    from dagspec.dagfactory.findings import Findings
    from dagspec.dagfactory.nodes import fields, merged

    top = fields(source.root)
    own = top[name][1]
    findings = Findings(source, own)
    if _EXTENDS in top:
        findings.refuse(top[_EXTENDS][0], f'"{_EXTENDS}" reads other files')
    whole = merged(own, top[DEFAULT][1]) if DEFAULT in top else own
    part = Source(source.name, source.text, spec_nodes(whole, findings), dag=name, whole=source)
    _build(part)
    part.problems += _of_the_file(source, own, top) + findings.errors + list(findings.refusals())
    part.notes = findings.notes
    return part


def _build(part: Source) -> None:
    from dagspec.values import Builder

    Builder(part, MAX_DEPTH, MAX_VALUES).build()
    if part.value is not None:
        part.problems = []  # they are the file's, which has them already


def _of_the_file(source: Source, own: yaml.Node, top: dict[str, tuple[yaml.Node, yaml.Node]]) -> list[Problem]:
    """The problems of the file that concern a DAG: all but those inside of other DAGs, and tags."""
    kept = [problem for problem in source.problems if problem.rule != "yaml-tag"]
    if not kept:
        return []
    others = [value for name, (_, value) in top.items() if _is_dag_name(name) and value is not own]
    return [problem for problem in kept if not any(_holds(other, problem.span) for other in others)]


def _holds(node: yaml.Node, span: Span) -> bool:
    start, end = node.start_mark, node.end_mark
    return (start.line, start.column) <= (span.line - 1, span.column - 1) < (end.line, end.column)


def _count(value: Any) -> int:
    """How many values there are in a value, itself among them."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(_count(one) for one in inner)
