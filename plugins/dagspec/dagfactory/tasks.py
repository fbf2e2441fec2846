"""The tasks and task groups of a DAG in dag-factory's format."""

from __future__ import annotations

import yaml

from dagspec.catalog import catalog, is_native
from dagspec.dagfactory.findings import Findings
from dagspec.dagfactory.nodes import Fields, fields, mapping, text, value_of
from dagspec.native_arguments import runs_code
from dagspec.problem import Edit, Fix
from dagspec.removed import is_known_removed, moved_to

# stands for an operator that dagspec does not import: nothing is known of it, so nothing is said of it
UNKNOWN = "airflow.providers.unknown."
# dag-factory sets the first itself and drops the second
_DROPPED = ("task_id", "parent_group_name")


def by_name(node: yaml.Node, name: str, findings: Findings) -> yaml.Node:
    """A list of mappings that hold their name under a key → a mapping by that name; other nodes stay."""
    if not isinstance(node, yaml.SequenceNode):
        return node
    found: Fields = {}
    for item in node.value:
        parts = fields(item)
        key = parts.pop(name)[1] if name in parts else item
        if not value_of(key):
            findings.error("missing-key", item, f'each item of this list needs "{name}"')
        elif value_of(key) in found:
            findings.error("duplicate-task-id", key, f'"{value_of(key)}" is in this list twice', "rename one of them")
        else:
            found[value_of(key)] = (key, mapping(item, parts))
    return mapping(node, found)


def clean_task(parts: Fields, findings: Findings, has_groups: bool) -> None:
    """Take out what dag-factory drops and what would run code; put the operator's present path."""
    for key in _DROPPED:
        parts.pop(key, None)
    if not has_groups:
        parts.pop("task_group_name", None)  # dag-factory reads it only when there are groups
    _drop_code(parts, findings)
    _drop_asset_files(parts, findings)
    _set_operator(parts, findings)


def clean_group(parts: Fields, findings: Findings) -> None:
    """Take out what makes no difference."""
    parts.pop("add_suffix_on_collision", None)
    key, prefix = parts.pop("prefix_group_id", (None, None))
    if key is not None and value_of(prefix).lower() == "false":
        findings.refuse(key, "task ids without the name of their group are not supported")


def _drop_code(parts: Fields, findings: Findings) -> None:
    for key in [key for key in parts if runs_code(key)]:
        findings.refuse(parts.pop(key)[0], f'"{key}" would run code while the DAG is loaded')


def _drop_asset_files(parts: Fields, findings: Findings) -> None:
    for key in ("inlets", "outlets"):
        if key in parts and isinstance(parts[key][1], yaml.MappingNode):
            findings.refuse(parts.pop(key)[0], f'"{key}" reads a file of assets: list their URIs')


def _set_operator(parts: Fields, findings: Findings) -> None:
    if "decorator" in parts and "operator" not in parts:
        key, value = parts.pop("decorator")
        findings.refuse(key, '"decorator" wraps a Python function of yours')
        parts["operator"] = (text(key, "operator"), text(value, UNKNOWN + "TaskFlow"))
    elif "operator" in parts:
        key, value = parts["operator"]
        parts["operator"] = (key, _operator(value, findings))


def _operator(node: yaml.Node, findings: Findings) -> yaml.Node:
    path = value_of(node)
    if not path or is_native(path) or path in catalog():
        return node
    if new := moved_to(path):
        message = f'operator "{path}" has moved in Airflow 3'
        edit = Edit(node.start_mark.index, node.end_mark.index, new)
        findings.note("removed-operator", node, message, f'use "{new}"', Fix(f"use {new}", (edit,), safe=True))
        return text(node, new)
    name = path.rpartition(".")[2]
    if "." in path and name[:1].isupper() and not is_known_removed(path):
        findings.refuse(node, f'operator "{path}" is not of a provider package, and importing it would run its module')
        return text(node, UNKNOWN + name)
    return node
