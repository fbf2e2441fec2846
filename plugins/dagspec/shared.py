"""What a shared operator is: typed options, facts, and how it becomes dag-factory tasks.

A new one is one file under `operators/` with one class, and one example beside it (the same name with `.yaml`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from msgspec import Struct

from dagspec.environment import Environment
from dagspec.facts import Facts
from dagspec.files import FileError, Files
from dagspec.problem import KeyPath, Place, Problem
from dagspec.source import Source
from dagspec.spec import Keys

Config = dict[str, Any]


class Expansion(Struct):
    """The dag-factory tasks that one task of a spec stands for.

    tasks: id → config, with `dependencies` among themselves; those without any start first.
    group: the config of the task group around them, or None when it is a single task.
    teardowns: id of a teardown task → ids of its setup tasks.
    outputs: id of a task of a group → its XComs, as in `Facts.outputs`; unknown for those that are not in it.
    """

    tasks: dict[str, Config]
    group: Config | None = None
    teardowns: dict[str, list[str]] = {}
    outputs: dict[str, dict[str, str]] = {}


class Task(Struct):
    """A task of a spec while it is compiled."""

    id: str
    dag_id: str
    source: Source
    environment: Environment
    files: Files
    problems: list[Problem] = []
    parents: tuple[str, ...] = ()

    @property
    def path(self) -> KeyPath:
        """Where it stands in the spec."""
        return ("tasks", self.id)

    @property
    def group_id(self) -> str:
        """The full id of the task group that an expansion of this task becomes."""
        return ".".join([*self.parents, self.id])

    def place(self, *path: str | int, key: bool = False) -> Place:
        """A place below this task."""
        return self.source.place((*self.path, *path), "key" if key else "value")

    def add(self, rule: str, message: str, *path: str | int, help_: str = "", key: bool = False) -> None:
        """Note a problem at a place below this task."""
        self.problems.append(Problem(rule, message, self.place(*path, key=key), help_))

    def file(self, reference: str, *path: str | int) -> str:
        """The URI of a repository file that the option at `path` names; notes a problem when it is missing."""
        try:
            return self.files.uri(reference)
        except FileError as problem:
            self.add("missing-file", str(problem), *path, help_=problem.help)
            return reference


class SharedOperator(Keys, frozen=True):
    """Base of the catalogue's entries: the struct's fields are the options that a task may set."""

    name: ClassVar[str] = ""
    facts: ClassVar[Facts] = Facts()

    @classmethod
    def facts_with(cls, arguments: dict[str, Any]) -> Facts:  # noqa: ARG003 - most operators have one set of facts
        """The facts of a task with these arguments, which are not checked yet."""
        return cls.facts

    def check(self, task: Task) -> Iterator[Problem]:  # noqa: ARG002 - most operators need no more than their types
        """Problems that the types cannot tell."""
        yield from ()

    def expand(self, task: Task) -> Expansion:
        """The dag-factory tasks of this one. Runs none of the operator's code and opens no connection."""
        raise NotImplementedError

    def exactly_one(self, task: Task, *names: str) -> Iterator[Problem]:
        """A problem unless exactly one of these options is set."""
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) != 1:
            message = f'"{task.id}" must have exactly one of {" and ".join(names)}'
            yield Problem("missing-key", message, task.place(key=True), self._found(given, task))

    def _found(self, given: list[str], task: Task) -> str:
        defaults = task.environment.operator_defaults.get(self.name, {})
        inherited = [name for name in given if name in defaults]
        if inherited and len(inherited) < len(given):
            return f"the environment's operator_defaults set {inherited[0]}: take it away with {inherited[0]}: null"
        return f"found: {', '.join(given)}" if given else ""
