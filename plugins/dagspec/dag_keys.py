"""DAG-level keys of a spec → dag-factory's, with real durations and dates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from dagspec.kinds import is_date, is_moment, is_timezone, parse_date, parse_duration
from dagspec.problem import KeyPath, Problem
from dagspec.source import Source

# built by the compiler itself, or only of use to it
_OWN = {"tasks", "task_groups", "vars", "owner", "timezone", "dag_id", "doc_md", "trigger"}
_DURATIONS = ("retry_delay", "max_retry_delay", "execution_timeout", "dagrun_timeout")
_DATES = ("start_date", "end_date")


def dag_config(spec: dict[str, Any], dag_id: str) -> dict[str, Any]:
    """The config of a DAG without its tasks: `{"dag_id": …, "default_args": …, "tasks": {}}`."""
    timezone = spec.get("timezone", "UTC")
    config = {key: value for key, value in spec.items() if key not in _OWN and not key.startswith("x-")}
    config = {"dag_id": dag_id, "schedule": None, "catchup": False} | plain_arguments(config, timezone)
    defaults = {"owner": spec["owner"]} if "owner" in spec else {}
    config["default_args"] = plain_arguments(defaults | spec.get("default_args", {}), timezone)
    for arguments in (config, config["default_args"]):
        if any(key in arguments for key in _DATES):
            arguments["timezone"] = timezone  # dag-factory drops a date's own zone and puts this one in its place
    config["tags"] = list(spec.get("tags", []))
    groups = spec.get("task_groups", {})
    if groups:
        config["task_groups"] = {name: _group(group, timezone) for name, group in groups.items()}
    return config | {"tasks": {}}


def date_problems(spec: dict[str, Any], source: Source) -> Iterator[Problem]:
    """Dates that look right but are not in the calendar, and unknown time zones."""
    timezone = spec.get("timezone")
    if isinstance(timezone, str) and not is_timezone(timezone):  # another type is reported already
        message = f'unknown time zone "{spec["timezone"]}"'
        yield Problem("wrong-date", message, source.place(("timezone",)), "for example Europe/Berlin")
    places: list[KeyPath] = [(), ("default_args",)]
    places += [(part, name) for part in ("tasks", "task_groups") for name in spec.get(part, {})]
    for path in places:
        yield from _dates_at(path, _inside(spec, path), source)


def _inside(value: Any, path: KeyPath) -> dict[str, Any]:
    for step in path:
        value = value.get(step, {})
    return value if isinstance(value, dict) else {}


def _dates_at(path: KeyPath, arguments: dict[str, Any], source: Source) -> Iterator[Problem]:
    for key in _DATES:
        value = arguments.get(key)
        if isinstance(value, str) and is_date(value) and not is_moment(value):
            yield Problem("wrong-date", f'"{key}" is a day that does not exist: {value}', source.place((*path, key)))


def _date(value: Any, timezone: str) -> datetime | None:
    try:
        return parse_date(value, timezone)
    except (ValueError, KeyError, OverflowError):
        return None


def plain_arguments(arguments: dict[str, Any], timezone: str = "UTC") -> dict[str, Any]:
    """Arguments with their durations as timedelta and their dates as datetime."""
    converted = dict(arguments)
    _convert(converted, _DURATIONS, parse_duration)
    # a date that is none is a problem already, and is never built
    _convert(converted, _DATES, lambda value: _date(value, timezone))
    return converted


def _convert(arguments: dict[str, Any], keys: tuple[str, ...], convert: Callable[[Any], Any]) -> None:
    for key in keys:
        if isinstance(arguments.get(key), (str, int)):
            arguments[key] = convert(arguments[key])


def _group(group: dict[str, Any], timezone: str) -> dict[str, Any]:
    if "default_args" in group:
        return group | {"default_args": plain_arguments(group["default_args"], timezone)}
    return dict(group)
