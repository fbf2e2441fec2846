"""What dag-factory makes of values while it loads them: Python objects, environment variables, tags.

dagspec takes durations and dates, and runs nothing else.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import yaml

from dagspec.dagfactory.findings import Findings
from dagspec.dagfactory.nodes import OBJECT, PREFIX, fields, mapping, null, sequence, text, value_of
from dagspec.expressions import has_reference
from dagspec.lazy import lazily

DURATIONS = ("retry_delay", "max_retry_delay", "execution_timeout", "dagrun_timeout")
DATES = ("start_date", "end_date")
_EXPRESSIONS = ("__and__", "__or__", "__join__")
# of a shell command only the shell should resolve them; such a text has blanks
_VARIABLE = lazily(r"(?<![$\\])\$(?:\{[A-Z][A-Z0-9_]+\}|[A-Z][A-Z0-9_]+)")
_SCALAR_TAGS = {PREFIX + kind for kind in ("str", "int", "float", "bool", "null", "timestamp", "value")}
_OWN_TAGS = _SCALAR_TAGS | {PREFIX + kind for kind in ("map", "seq")}


def plain(node: yaml.Node, name: str, findings: Findings) -> yaml.Node | None:
    """A value without Python objects; `name` is its key. None for one that cannot be had without running code."""
    if node.tag not in _OWN_TAGS:
        findings.refuse(node, f"the tag {node.tag.replace(PREFIX, '!!')} would build a Python object")
        return None
    if isinstance(node, yaml.SequenceNode):
        items = [plain(item, name, findings) for item in node.value]
        return sequence(node, [item for item in items if item is not None])
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, name, findings)
    if found := _environment_variable(value_of(node)):
        reason = f'"{found}" is an environment variable, which dag-factory reads while it loads: use ${{env.NAME}}'
        findings.refuse(node, reason)
    return node


def _mapping(node: yaml.MappingNode, name: str, findings: Findings) -> yaml.Node | None:
    if any(not isinstance(key, yaml.ScalarNode) for key, _ in node.value):
        return node  # a template without its quotes, which is reported as such
    parts = fields(node)
    if OBJECT in parts:
        return _object(node, name, findings)
    for key in _EXPRESSIONS:
        if key in parts:
            findings.refuse(parts[key][0], f'"{key}" combines Python objects')
            return None
    values = {key: (pair[0], plain(pair[1], key, findings)) for key, pair in parts.items()}
    if name == "params":  # what it is called is known, what it is is not
        values = {key: (first, value or null(first)) for key, (first, value) in values.items()}
    return mapping(node, {key: (first, value) for key, (first, value) in values.items() if value is not None})


def _object(node: yaml.MappingNode, name: str, findings: Findings) -> yaml.Node | None:
    parts = fields(node)
    kind = value_of(parts[OBJECT][1])
    if kind == "builtins.list" and "items" in parts:
        return plain(parts["items"][1], name, findings)
    try:
        written = _written(kind, name, node)
    except (ValueError, TypeError, OverflowError) as error:
        findings.error("wrong-type", node, f"{kind} does not take these values: {error}")
        return None
    if written is None:
        findings.refuse(parts[OBJECT][1], f'"{OBJECT}: {kind}" would build a Python object')
        return None
    return text(node, written)


def _written(kind: str, name: str, node: yaml.MappingNode) -> str | None:
    """A duration or a date as specs spell it; None for any other object."""
    if kind == "datetime.timedelta" and name in DURATIONS:
        return _duration(*_arguments(node))
    if kind in ("datetime.datetime", "datetime.date") and name in DATES:
        return _date(*_arguments(node))
    return None


def _duration(arguments: list[float], options: dict[str, float]) -> str:
    milliseconds = timedelta(*arguments, **options) / timedelta(milliseconds=1)
    if milliseconds < 0:
        raise ValueError("a duration cannot be negative")
    return f"{milliseconds / 1000:.0f}s" if milliseconds % 1000 == 0 else f"{milliseconds:.0f}ms"


def _date(arguments: list[float], options: dict[str, float]) -> str:
    names = ("year", "month", "day", "hour", "minute", "second")
    parts = dict(zip(names, arguments, strict=False)) | options
    whole = {name: int(value) for name, value in parts.items()}
    return datetime(**whole).isoformat(timespec="seconds")  # type: ignore[arg-type]


def _arguments(node: yaml.MappingNode) -> tuple[list[float], dict[str, float]]:
    parts = fields(node)
    listed = parts.pop("__args__", (None, None))[1]
    arguments = [float(value_of(item)) for item in listed.value] if isinstance(listed, yaml.SequenceNode) else []
    return arguments, {key: float(value_of(value)) for key, (_, value) in parts.items() if key != OBJECT}


def _environment_variable(value: str) -> str:
    found = _VARIABLE.search(value) if "$" in value and not re.search(r"\s", value) else None
    return "" if found is None or has_reference(value) else found[0]
