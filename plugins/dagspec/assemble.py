"""Expansions → one dag-factory config."""

from __future__ import annotations

from typing import Any

from dagspec.dag_keys import dag_config
from dagspec.shared import Config, Expansion
from dagspec.trigger import watch


def assemble(spec: dict[str, Any], dag_id: str, expansions: dict[str, Expansion]) -> Config:
    """The config of a sound spec. `teardowns` (teardown → its setups) is ours: dag-factory drops it."""
    config = dag_config(spec, dag_id)
    for name, expansion in expansions.items():
        entry = spec["tasks"][name]
        upstream = list(entry.get("dependencies", []))
        if expansion.group is None:
            config["tasks"][name] = expansion.tasks[name] | {"dependencies": upstream}
            _set(config["tasks"][name], "task_group_name", entry.get("task_group_name"))
        else:
            _place_group(config, name, expansion, upstream, entry.get("task_group_name"))
    if "trigger" in spec:
        watch(config, spec)
    return config


def _place_group(config: Config, name: str, expansion: Expansion, upstream: list[str], parent: str | None) -> None:
    group = {"dependencies": upstream} | (expansion.group or {})
    _set(group, "parent_group_name", parent)
    config.setdefault("task_groups", {})[name] = group
    for task_id, task in expansion.tasks.items():
        config["tasks"][task_id] = task | {"task_group_name": name}
    if expansion.teardowns:
        config.setdefault("teardowns", {}).update(expansion.teardowns)


def _set(config: Config, key: str, value: str | None) -> None:
    if value is not None:
        config[key] = value
