"""Types → JSON Schema (2020-12), and values → problems by that schema.

A union of all operators gives useless messages, so a task is checked against the one schema that its `operator`
names. The exported schema for editors says the same with `if`/`then`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from dagspec.problem import KeyPath, Problem

if TYPE_CHECKING:
    from dagspec.source import Source

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ANCHORS = "^x-"  # keys that only hold YAML anchors

# what people write who know an older Airflow or another tool
RENAMED = {
    "schedule_interval": "schedule",
    "timetable": "schedule",
    "concurrency": "max_active_tasks",
    "fail_stop": "fail_fast",
    "task_concurrency": "max_active_tis_per_dag",
    "depends_on": "dependencies",
    "upstream": "dependencies",
    "type": "operator",
    "default": "default_args",
    "name": "dag_id",
    "id": "dag_id",
}
# key → a value that Airflow has removed → what it is called now
# what Airflow 3 no longer has under any name
REMOVED = {
    "default_view": "Airflow 3 has no such setting: remove it",
    "orientation": "Airflow 3 has no such setting: remove it",
    "full_filepath": "Airflow 3 has no such setting: remove it",
    "provide_context": "Airflow always gives the context: remove it",
    "sla": "Airflow 3 has no SLAs: limit the task with execution_timeout",
    "sla_miss_callback": "Airflow 3 has no SLAs: limit the run with dagrun_timeout",
}
RENAMED_VALUES = {
    "trigger_rule": {"dummy": "always", "none_failed_or_skipped": "none_failed_min_one_success"},
}


@cache
def schema_of(*types: type) -> dict[str, Any]:
    """The JSON Schema of one mapping that takes the keys of all these types together."""
    _, parts = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    merged: dict[str, Any] = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    for kind in types:
        part = parts.pop(kind.__name__)
        merged["properties"] |= part["properties"]
        merged["required"] += part.get("required", [])
    merged["description"] = _first_line(types[0])
    return merged | {"$defs": parts} if parts else merged


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]


def check(value: Any, types: tuple[type, ...], source: Source, path: KeyPath, open_: bool = False) -> list[Problem]:
    """All problems of `value`, which stands at `path`, with the keys of `types`.

    `open_` lets further keys pass: the arguments of a native operator are not known here.
    """
    if fits(value, types, open_):
        return []
    from dagspec.schema_problems import problems_of  # jsonschema takes longer to import than a good spec to lint

    return problems_of(value, types, source, path, open_)


def fits(value: Any, types: tuple[type, ...], open_: bool = False) -> bool:
    """Whether a value is certain to keep the schema; msgspec may refuse what the schema takes, never the reverse."""
    if not isinstance(value, dict):
        return False
    known: set[str] = set()
    for kind in types:
        fields = kind.__struct_fields__  # type: ignore[attr-defined]
        known.update(fields)
        try:
            msgspec.convert({key: value[key] for key in fields if key in value}, kind)
        except msgspec.ValidationError:
            return False
    return open_ or all(key in known or key.startswith("x-") for key in value)
