"""The settings by which VS Code's YAML extension checks specs with the pipeline schema."""

from __future__ import annotations

import json
from typing import Any

SCHEMAS = "yaml.schemas"
SCHEMA = "schemas/pipeline.schema.json"
SPEC_FILES = ["dag_specs/**/*.yaml", "dag_specs/**/*.yml", "!dag_specs/environments.yaml", "!dag_specs/tests/**"]


class SettingsError(Exception):
    """Settings that cannot be merged with ours without loss; the message says why."""


def merged_settings(text: str) -> str:
    """The content of a `settings.json` with our setting; all others stay. text: the content now, "" for none.

    Raises SettingsError for JSON with comments, which would be lost, and for settings of another shape.
    """
    settings = _parsed(text)
    schemas = settings.get(SCHEMAS, {})
    if not isinstance(schemas, dict):
        raise SettingsError(f'"{SCHEMAS}" must be an object')
    if schemas.get(SCHEMA) == SPEC_FILES:
        return text
    settings[SCHEMAS] = schemas | {SCHEMA: SPEC_FILES}
    return json.dumps(settings, indent=_indent(text), ensure_ascii=False) + "\n"


def _parsed(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        settings = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"not plain JSON (comments would be lost): {error}") from None
    except RecursionError:
        raise SettingsError("nested too deep") from None
    if not isinstance(settings, dict):
        raise SettingsError("must be an object")
    return settings


def _indent(text: str) -> int | str:
    """What the first indented line begins with."""
    lines = (line for line in text.split("\n") if line[:1] in (" ", "\t"))
    first = next(lines, "  ")
    return first[: len(first) - len(first.lstrip())] or 2
