"""What the names in a spec mean: the tasks, groups, steps and operators around a place."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dagspec.dagfactory_format import is_dagfactory
from dagspec.environment import Environment
from dagspec.lsp.documents import Document
from dagspec.lsp.outline import Outline
from dagspec.lsp.shapes import Shape, default_shape_at, policy_shape_at, shape_at
from dagspec.problem import KeyPath

_GROUP_KEYS = ("task_group_name", "parent_group_name")


@dataclass(frozen=True, slots=True)
class Scope:
    """One document and the environments of its repository."""

    document: Document
    environments: dict[str, Environment]
    outline: Outline

    def with_outline(self, outline: Outline) -> Scope:
        """The same with another outline: that with the word at the cursor."""
        return replace(self, outline=outline)

    def shape(self, path: KeyPath) -> Shape | None:
        """What may stand at a path; None when anything may."""
        if is_dagfactory(self.document.sound):
            return None  # its keys are dag-factory's
        if self.document.kind == "spec":
            return shape_at(path, self.operator_of)
        return default_shape_at(path) if self.document.kind == "environments" else policy_shape_at(path)

    def operator_of(self, task: str) -> str:
        """The operator of a task; from the last sound values when the text does not say it (a merge). "" for none."""
        written = self.outline.text(("tasks", task, "operator"))
        if written is not None:
            return written
        tasks = self.document.sound.get("tasks")
        entry = tasks.get(task) if isinstance(tasks, dict) else None
        operator = entry.get("operator") if isinstance(entry, dict) else None
        return operator if isinstance(operator, str) else ""

    def targets(self, path: KeyPath) -> dict[str, KeyPath]:
        """What a value at `path` may name, and where that is defined; empty when it is no such value."""
        if self.document.kind != "spec" or not path:
            return {}
        if path[0] in ("tasks", "task_groups") and path[-1] in _GROUP_KEYS:
            return self._keys(("task_groups",), path[1])
        holder = path[:-1] if isinstance(path[-1], int) else path
        if len(holder) < 3 or holder[-1] != "dependencies":
            return {}
        entry, siblings = holder[-2], holder[:-2]
        if siblings in (("tasks",), ("task_groups",)):
            return self._keys(("tasks",), entry) | self._keys(("task_groups",), entry)
        return self._keys(siblings, entry)

    def _keys(self, path: KeyPath, but: str | int) -> dict[str, KeyPath]:
        return {key: (*path, key) for key in self.outline.keys(path) if key != but}
