"""One DAG of dag-factory's format → the nodes of a spec that means the same."""

from __future__ import annotations

import yaml

from dagspec.dagfactory.defaults import push_down, split
from dagspec.dagfactory.findings import Findings
from dagspec.dagfactory.nodes import Entry, Fields, entries, fields, is_null, mapping, text, value_of
from dagspec.dagfactory.objects import DATES, plain
from dagspec.dagfactory.tasks import by_name, clean_group, clean_task
from dagspec.dagfactory.values import date, schedule
from dagspec.dagfactory_format import MACROS
from dagspec.native_arguments import runs_code
from dagspec.problem import suggest
from dagspec.schema import REMOVED, RENAMED
from dagspec.spec import Pipeline

_KNOWN = frozenset(Pipeline.__struct_fields__) - {"dag_id"}
_CODE = ("user_defined_macros", "doc_md_python_callable_file", "doc_md_python_callable_name", "sla_miss_callback")
_UNSUPPORTED = {
    "doc_md_file_path": "it reads a file by its absolute path: write doc_md",
    "template_searchpath": "it reads templates from a folder by its absolute path",
    "timetable": "it is made of Python objects: write a cron text as schedule",
}
_RENAMED = {"schedule_interval": "schedule", "concurrency": "max_active_tasks"}


def spec_nodes(node: yaml.Node, findings: Findings) -> yaml.Node:
    """The DAG, its defaults merged already, with the keys of a spec. A node that is no mapping stays."""
    found = plain(node, "", findings)
    if not isinstance(found, yaml.MappingNode):
        return node
    parts = _keys(fields(found), findings)
    groups = _named(parts, "task_groups", "group_name", findings)
    tasks = _named(parts, "tasks", "task_id", findings)
    for group in groups.values():
        clean_group(group.parts if group.parts is not None else {}, findings)
    for task in tasks.values():
        clean_task(task.parts if task.parts is not None else {}, findings, bool(groups))
    _set_defaults(parts, groups, tasks, findings)
    _put_back(parts, "task_groups", groups)
    _put_back(parts, "tasks", tasks)
    return mapping(node, parts)


def _keys(parts: Fields, findings: Findings) -> Fields:
    """The DAG's own keys under the names that specs have; what is not among them is told and left out."""
    parts.pop("dag_id", None)  # the DAG's id is the key that it stands under
    for old, new in _RENAMED.items():
        _rename(parts, old, new, findings)
    kept = {name: pair for name, pair in parts.items() if name in _KNOWN}
    for name in parts.keys() - kept.keys():
        _leave_out(name, parts[name][0], findings)
    if "user_defined_macros" in parts:
        kept[MACROS] = (text(parts["user_defined_macros"][0], MACROS), parts["user_defined_macros"][1])
    if "schedule" in kept:
        kept["schedule"] = (kept["schedule"][0], schedule(kept["schedule"][1], findings))
    for name in DATES:
        if name in kept:
            kept[name] = (kept[name][0], date(kept[name][1], name, findings))
    return {name: pair for name, pair in kept.items() if name == "schedule" or not is_null(pair[1])}


def _rename(parts: Fields, old: str, new: str, findings: Findings) -> None:
    if old in parts:
        key, value = parts.pop(old)
        findings.note("deprecated-key", key, f'"{old}" is no longer there in Airflow 3', f'use "{new}"')
        parts.setdefault(new, (text(key, new), value))


def _leave_out(name: str, key: yaml.Node, findings: Findings) -> None:
    if name in _CODE or runs_code(name):
        findings.refuse(key, f'"{name}" would run code while the DAG is loaded')
    elif name in _UNSUPPORTED:
        findings.refuse(key, f'dagspec does not take "{name}"; {_UNSUPPORTED[name]}')
    elif not name.startswith("x-"):
        renamed = RENAMED.get(name, "")
        meant = f'did you mean "{renamed}"?' if renamed in _KNOWN else suggest(name, _KNOWN, "see docs/spec.md")
        message = f'unknown key "{name}": dag-factory drops it'
        findings.note("unknown-key", key, message, REMOVED.get(name, meant))


def _named(parts: Fields, part: str, name: str, findings: Findings) -> dict[str, Entry]:
    """Tasks or groups by their name; none when they are neither a mapping nor a list, which the schema tells."""
    if part not in parts:
        return {}
    key, value = parts[part]
    parts[part] = (key, by_name(value, name, findings))
    return entries(parts[part][1])


def _put_back(parts: Fields, part: str, named: dict[str, Entry]) -> None:
    if part in parts and isinstance(parts[part][1], yaml.MappingNode):
        key, value = parts[part]
        parts[part] = (key, mapping(value, {name: entry.pair for name, entry in named.items()}))


def _set_defaults(parts: Fields, groups: dict[str, Entry], tasks: dict[str, Entry], findings: Findings) -> None:
    members = {name: task.parts for name, task in tasks.items() if task.parts is not None}
    for name, group in groups.items():  # before the DAG's own: the nearest wins
        inside = [task for task in members.values() if _group_of(task) == name]
        _split_defaults(group.parts if group.parts is not None else {}, inside, findings)
    _split_defaults(parts, list(members.values()), findings)


def _split_defaults(holder: Fields, tasks: list[Fields], findings: Findings) -> None:
    """Keep the `default_args` that any task takes; hand the others to the tasks that take them."""
    if "default_args" not in holder or not isinstance(holder["default_args"][1], yaml.MappingNode):
        return
    key, value = holder["default_args"]
    known, others = split(value, findings)
    timezone = others.pop("timezone", None)  # dag-factory's, for the dates beside it
    if timezone and "tasks" in holder:
        holder.setdefault("timezone", timezone)
    holder["default_args"] = (key, mapping(value, known))
    push_down(others, tasks, findings)


def _group_of(task: Fields) -> str:
    return value_of(task["task_group_name"][1]) if "task_group_name" in task else ""
