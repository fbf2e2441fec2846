"""A shared operator in words: its options, and an example to copy."""

from __future__ import annotations

from typing import Any

from dagspec.catalog import example
from dagspec.schema import schema_of
from dagspec.schema_problems import expected
from dagspec.shared import SharedOperator


def describe(kind: type[SharedOperator]) -> str:
    """Name, purpose, required options, other options with their defaults, example."""
    schema = schema_of(kind)
    required = schema["required"]
    rows = sorted(schema["properties"].items(), key=lambda item: item[0] not in required)
    lines = [kind.name, "", (kind.__doc__ or "").strip(), "", "Options:"]
    lines += [_option(name, option, schema, name in required) for name, option in rows]
    lines += ["", "Every task also takes dependencies, task_group_name, retries, … (docs/spec.md).", "", "Example:", ""]
    lines += ["  " + line if line else "" for line in example(kind).rstrip().split("\n")]
    return "\n".join(lines)


def _option(name: str, option: dict[str, Any], schema: dict[str, Any], required: bool) -> str:
    lines = [f"  {name}{' (required)' if required else ''}: {expected(option)}{_default(option)}"]
    if "description" in option:
        lines.append(f"      {option['description']}")
    lines += [f"      {key}: {expected(inner)}{_default(inner)}" for key, inner in _inner(option, schema).items()]
    return "\n".join(lines)


def _default(option: dict[str, Any]) -> str:
    if option.get("default") in (None, {}, []):
        return ""
    return f"; default {option['default']}"


def _inner(option: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The keys of the mappings that an option holds."""
    for part in (option, option.get("items", {}), option.get("additionalProperties", {}), *option.get("anyOf", [])):
        if isinstance(part, dict) and "$ref" in part:
            return dict(schema["$defs"][part["$ref"].rpartition("/")[2]]["properties"])
    return {}
