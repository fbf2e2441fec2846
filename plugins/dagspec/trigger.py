"""`trigger: {s3_object: …}`: what it must fit, and the watched asset that it compiles to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec.structs import asdict

from dagspec.problem import Problem, Related
from dagspec.shared import Config
from dagspec.source import Source
from dagspec.spec import S3ObjectEvent

TASK = "s3.object"  # the operator that hands the object to the tasks behind it
_RULE = "wrong-trigger"
_EVENTS = "dagspec.runtime.s3_events.S3ObjectTrigger"


def asset_uri(event: S3ObjectEvent, dag_id: str) -> str:
    """The asset's name: the keys that are watched, and by which DAG, as each has its own record of what it has seen."""
    keys = quote(f"{event.bucket}/{event.prefix}*{event.suffix}", safe="/*=")
    return f"s3://{keys}?dag={dag_id}"


def watch(config: Config, spec: dict[str, Any]) -> None:
    """Make the config of a sound spec start when an object lands: one asset, watched by our trigger."""
    event = msgspec.convert(spec["trigger"]["s3_object"], S3ObjectEvent)
    uri = asset_uri(event, config["dag_id"])
    trigger = {"__type__": _EVENTS, "asset": uri, **asdict(event)}
    watcher = {"__type__": "airflow.sdk.AssetWatcher", "name": event.queue.rpartition("/")[2], "trigger": trigger}
    config["schedule"] = [{"__type__": "airflow.sdk.Asset", "uri": uri, "watchers": [watcher]}]
    for name in _object_tasks(spec):
        config["tasks"][name]["asset"] = uri


def watched_event(config: Config) -> S3ObjectEvent | None:
    """What a compiled config's runs start by; None when that is no object."""
    schedule = config["schedule"]
    if not (isinstance(schedule, list) and isinstance(schedule[0], dict)):
        return None
    return msgspec.convert(_without(schedule[0]["watchers"][0]["trigger"], "__type__", "asset"), S3ObjectEvent)


def event_arguments(spec: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a trigger with their defaults, as far as it is sound."""
    try:
        return asdict(msgspec.convert(spec["trigger"]["s3_object"], S3ObjectEvent))
    except (msgspec.ValidationError, KeyError, TypeError):
        return {}


def _without(mapping: Config, *keys: str) -> Config:
    return {key: value for key, value in mapping.items() if key not in keys}


def trigger_problems(spec: dict[str, Any], source: Source) -> Iterator[Problem]:
    """What does not go together with a trigger. The trigger's own keys have been checked."""
    if "trigger" not in spec:
        return
    if "schedule" in spec:
        related = (Related(source.place(("trigger",), "key"), "starts it as well"),)
        help_ = "remove one of them: a pipeline starts by time or by an object"
        place = source.place(("schedule",), "key")
        yield Problem(_RULE, "a pipeline with a trigger has no schedule", place, help_, related=related)
    yield from _template_problems(spec["trigger"], source)
    yield from _task_problems(spec, source)


def _template_problems(trigger: Any, source: Source) -> Iterator[Problem]:
    event = trigger.get("s3_object") if isinstance(trigger, dict) else None
    for key, value in event.items() if isinstance(event, dict) else ():
        if isinstance(value, str) and any(mark in value for mark in ("{{", "{%")):
            message = f'"{key}" is taken as it stands: a trigger waits before there is a run to render for'
            yield Problem(_RULE, message, source.place(("trigger", "s3_object", key)), "use ${env.NAME} or ${var.NAME}")


def _task_problems(spec: dict[str, Any], source: Source) -> Iterator[Problem]:
    names = _object_tasks(spec)
    if not names:
        message = f'a pipeline with a trigger needs a task with operator "{TASK}", which the others depend on'
        help_ = "it gives them the object, and starts a run for each further one that came with it"
        yield Problem(_RULE, message, source.place(("trigger",), "key"), help_)
    for name in names[1:]:
        message = f'only one task may be "{TASK}"'
        related = (Related(source.place(("tasks", names[0]), "key"), "the first one"),)
        yield Problem(_RULE, message, source.place(("tasks", name), "key"), "remove it", related=related)
    for name in names[:1]:
        if spec["tasks"][name].get("dependencies"):
            message = f'"{name}" must be the first task: what runs before it would not know the object'
            yield Problem(_RULE, message, source.place(("tasks", name, "dependencies")), "remove its dependencies")
        yield from _beside(name, spec["tasks"], source)


def _beside(first: str, tasks: dict[str, Any], source: Source) -> Iterator[Problem]:
    """Tasks that nothing comes before; those in groups may wait with their group."""
    for name, task in tasks.items():
        is_free = not task.get("dependencies") and "task_group_name" not in task
        if is_free and task.get("operator") != TASK:
            message = f'"{name}" does not come behind "{first}": it would run when an object is told of twice, too'
            yield Problem(_RULE, message, source.place(("tasks", name), "key"), f"add `dependencies: [{first}]`")


def _object_tasks(spec: dict[str, Any]) -> list[str]:
    return [name for name, task in spec["tasks"].items() if task.get("operator") == TASK]
