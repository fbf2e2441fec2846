"""The JSON Schemas for editors, made from the same types that check a spec."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dagspec.catalog import NATIVE_PREFIX, catalog, operator_schema
from dagspec.schema import ANCHORS, DIALECT, schema_of
from dagspec.spec import Pipeline, TaskDefaults, TaskKeys

# an editor sees the file before ${…} is replaced: where a number or a list is meant, a reference must pass as well
REFERENCE = {"type": "string", "pattern": r"\$\{(var|env)\."}


def schema_files() -> dict[str, str]:
    """Path below `schemas/` → content."""
    files = {"pipeline.schema.json": _pipeline()}
    for name, kind in catalog().items():
        files[f"operators/{name}.schema.json"] = _operator(name, operator_schema(kind))
    return {path: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for path, schema in files.items()}


def write_schemas(folder: Path) -> list[Path]:
    """Write all schemas below `folder`; remove those of operators that are no more. Returns what was written."""
    wanted = {folder / path: text for path, text in schema_files().items()}
    for old in (folder / "operators").glob("*.schema.json"):
        if (
            old not in wanted
            and '"title"' in old.read_text(encoding="utf-8")
            and (folder / "pipeline.schema.json").exists()
        ):
            old.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(wanted)


def _pipeline() -> dict[str, Any]:
    schema: dict[str, Any] = _open(schema_of(Pipeline))
    schema["properties"]["tasks"]["additionalProperties"] = {"$ref": "#/$defs/Task"}
    schema["$defs"] = {**schema.get("$defs", {}), "Task": _task()}
    return {"$schema": DIALECT, "title": "dagspec pipeline"} | schema


def _task() -> dict[str, Any]:
    names = list(catalog())
    native = {"type": "string", "pattern": "^" + NATIVE_PREFIX.replace(".", r"\.")}
    choices = [{"const": name, "description": catalog()[name].__doc__} for name in names]
    rules = [
        {
            "if": {"properties": {"operator": {"const": name}}},
            "then": {"$ref": f"operators/{name}.schema.json"},
        }
        for name in names
    ]
    known = schema_of(TaskKeys, TaskDefaults)["properties"]
    properties = _open({"properties": known})["properties"]
    properties["operator"] = {"description": known["operator"]["description"], "anyOf": [*choices, native]}
    return {"type": "object", "required": ["operator"], "properties": properties, "allOf": rules}


def _operator(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    opened: dict[str, Any] = _open(schema)
    opened["properties"]["operator"] = {"const": name}
    # an environment may supply what a task leaves out (operator_defaults), so only `operator` is certain to be there
    opened["required"] = ["operator"]
    return {"$schema": DIALECT, "title": name} | opened


def _open(schema: Any) -> Any:
    """Let a reference stand wherever the schema wants something else than free text; let `x-…` keys hold anchors."""
    if isinstance(schema, list):
        return [_open(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    opened = {key: value if key == "default" else _open(value) for key, value in schema.items() if key != "x-file"}
    opened.pop("x-expected", None)
    if "properties" in opened:
        opened["properties"] = {key: _or_reference(value) for key, value in opened["properties"].items()}
    if opened.get("additionalProperties") is False:
        opened["patternProperties"] = {ANCHORS: True}
    return opened


def _or_reference(schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("type") == "string" and not {"pattern", "enum"} & schema.keys():
        return schema
    description = {"description": schema.pop("description")} if "description" in schema else {}
    default = {"default": schema.pop("default")} if "default" in schema else {}
    return description | default | {"anyOf": [*(schema.pop("anyOf", None) or [schema]), REFERENCE]}
