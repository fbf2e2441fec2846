"""A pipeline as the rules of lint see it: tasks with their facts, who runs before whom, and all texts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal

from msgspec import Struct

from dagspec.analysis import Analysis
from dagspec.facts import Facts
from dagspec.operator_facts import facts_of
from dagspec.problem import KeyPath, Place
from dagspec.templates import Template, may_be_template, parse_template
from dagspec.written import Origins


class Text(Struct, frozen=True):
    """One text value of a spec and where it stands."""

    value: str
    path: KeyPath


class TaskView(Struct, frozen=True):
    """One task of the spec.

    arguments: its own keys and what the environment's operator_defaults add, references resolved.
    dependencies: as written. upstream: every task that is certain to be done before it starts.
    """

    id: str
    operator: str
    arguments: dict[str, Any]
    facts: Facts
    dependencies: tuple[str, ...]
    upstream: frozenset[str]

    @property
    def path(self) -> KeyPath:
        """Where it stands in the spec."""
        return ("tasks", self.id)

    @property
    def trigger_rule(self) -> str:
        """Its own trigger rule, or Airflow's default."""
        return str(self.arguments.get("trigger_rule", "all_success"))


class PipelineView:
    """One pipeline in one environment. Rules only read."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.source, self.spec, self.environment = analysis.source, analysis.spec, analysis.environment

    @cached_property
    def tasks(self) -> dict[str, TaskView]:
        """The tasks whose own keys are sound, in the order of the file."""
        entries = self.spec.get("tasks", {})
        return {name: self._task(name, entries[name]) for name in self.analysis.expansions}

    @cached_property
    def is_sound(self) -> bool:
        """Whether the compiler found nothing: rules that speak of what is missing should be silent otherwise."""
        return not self.analysis.problems

    def place(self, *path: str | int, part: Literal["key", "value"] = "value", needle: str = "") -> Place:
        """A place in the file."""
        return self.source.place(path, part, needle)

    def key(self, *path: str | int) -> Place:
        """The key at the end of a path."""
        return self.source.place(path, "key")

    @cached_property
    def texts(self) -> list[Text]:
        """Every text value of the spec, references resolved, except the docs and `x-` keys at the top."""
        skipped = ("doc_md", "description")
        return [
            text
            for key, value in self.spec.items()
            if key not in skipped and not key.startswith("x-")
            for text in _texts(value, (key,))
        ]

    @cached_property
    def templates(self) -> list[Template]:
        """Every text that holds Jinja, parsed."""
        return [parse_template(text.value, text.path) for text in self.texts if may_be_template(text.value)]

    @cached_property
    def airflow_ids(self) -> frozenset[str]:
        """The ids of all tasks as Airflow will know them: with the groups they lie in."""
        unsound = set(self.spec.get("tasks", {})) - set(self.analysis.expansions)
        return frozenset(self.owners.keys() | unsound)

    @cached_property
    def owners(self) -> dict[str, tuple[str, str]]:
        """Airflow's id of each task → the task of the spec that it is made from, and its id in that expansion."""
        found: dict[str, tuple[str, str]] = {}
        for name, expansion in self.analysis.expansions.items():
            groups = [*self.analysis.parents(name), *([name] if expansion.group is not None else [])]
            found.update({".".join([*groups, task_id]): (name, task_id) for task_id in expansion.tasks})
        return found

    def setting(self, task: TaskView, key: str) -> Any:
        """What an argument that may stand in `default_args` is for a task: its own, its groups', the pipeline's."""
        if key in task.arguments:
            return task.arguments[key]
        groups = [self.spec["task_groups"][group] for group in reversed(self.analysis.parents(task.id))]
        for holder in (*groups, self.spec):
            defaults = holder.get("default_args")
            if isinstance(defaults, dict) and key in defaults:
                return defaults[key]
        return None

    def rule_of(self, task: TaskView) -> str:
        """The trigger rule of a task, wherever it is set."""
        return str(self.setting(task, "trigger_rule") or "all_success")

    @cached_property
    def origins(self) -> Origins:
        """Finds where characters of a resolved text are written."""
        return Origins(self.source, self.environment)

    def downstream(self, name: str) -> frozenset[str]:
        """The tasks that start only when `name` is done."""
        return frozenset(task.id for task in self.tasks.values() if name in task.upstream)

    @cached_property
    def _direct(self) -> dict[str, frozenset[str]]:
        """Task or group → tasks it waits for; a group stands for the tasks in it."""
        nodes = self.analysis.nodes
        return {name: frozenset(up for up in node.dependencies if up in nodes) for name, node in nodes.items()}

    def _task(self, name: str, entry: dict[str, Any]) -> TaskView:
        operator = str(entry["operator"])
        arguments = self.environment.operator_defaults.get(operator, {}) | entry
        upstream = frozenset(self._upstream(name, set()))
        direct = tuple(up for up in entry.get("dependencies", []) if isinstance(up, str))
        return TaskView(
            name, operator, arguments, facts_of(operator, self._inherited(name) | arguments), direct, upstream
        )

    def _inherited(self, name: str) -> dict[str, Any]:
        """The `default_args` that reach a task, those of the nearest group last."""
        holders = [self.spec, *(self.spec["task_groups"][group] for group in self.analysis.parents(name))]
        defaults = [holder.get("default_args") for holder in holders]
        return {key: value for part in defaults if isinstance(part, dict) for key, value in part.items()}

    def _upstream(self, name: str, seen: set[str]) -> Iterator[str]:
        """Everything before a task: through dependencies, the groups it lies in, and the groups it waits for."""
        pending = [*self._direct.get(name, ()), *self._of_groups_around(name)]
        while pending:
            current = pending.pop()
            if current in seen:
                continue
            seen.add(current)
            pending += [*self._direct.get(current, ()), *self._members(current), *self._of_groups_around(current)]
            if current in self.spec.get("tasks", {}):
                yield current

    def _of_groups_around(self, name: str) -> list[str]:
        entry = self._entry(name)
        group = entry.get("task_group_name") or entry.get("parent_group_name")
        if not isinstance(group, str) or group not in self.spec.get("task_groups", {}):
            return []
        return [*self._direct.get(group, ()), *self._of_groups_around(group)]

    def _members(self, group: str) -> list[str]:
        keys = {"tasks": "task_group_name", "task_groups": "parent_group_name"}
        return [
            name
            for part, key in keys.items()
            for name, entry in self.spec.get(part, {}).items()
            if entry.get(key) == group
        ]

    def _entry(self, name: str) -> dict[str, Any]:
        for part in ("tasks", "task_groups"):
            if name in self.spec.get(part, {}):
                return dict(self.spec[part][name])
        return {}


def _texts(value: Any, path: KeyPath) -> Iterator[Text]:
    if isinstance(value, str):
        yield Text(value, path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))
