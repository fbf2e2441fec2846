"""Spec + environment → dag-factory config: a dict that names provider operators, and no code."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagspec.assemble import assemble
from dagspec.dag_keys import date_problems
from dagspec.environment import Environment
from dagspec.expand import expand
from dagspec.expressions import Resolver
from dagspec.files import Files
from dagspec.graph import Node, check_graph
from dagspec.problem import Problem, Related, SpecError, suggest
from dagspec.schema import check
from dagspec.shared import Config, Expansion, Task
from dagspec.source import Source
from dagspec.spec import Pipeline


@dataclass(slots=True)
class Compiled:
    """A compiled spec: `config` is what dag-factory builds, `files` what must be in S3 for it to run."""

    dag_id: str
    config: Config
    source: Source
    environment: Environment
    files: dict[str, Path] = field(default_factory=dict)


def compile_spec(source: Source, environment: Environment, root: Path) -> Compiled:
    """Compile one spec for one environment.

    `root` is the repository: paths of files count from there. Raises SpecError with all problems found.
    """
    return _Compiler(source, environment, root).run()


class _Compiler:
    """One compilation. Each stage adds its problems; a stage runs only on what the one before found sound."""

    def __init__(self, source: Source, environment: Environment, root: Path) -> None:
        self.source, self.environment = source, environment
        self.dag_id = Path(source.name).stem
        self.problems: list[Problem] = list(source.problems)
        self.files = Files(root, environment.values.get("code_uri"))

    def run(self) -> Compiled:
        self._stop_at_problems()
        spec = self._resolved()
        self._check_keys(spec)
        nodes = self._nodes(spec)
        self._check_groups(spec)
        expansions = {name: expansion for name in spec["tasks"] if (expansion := self._expansion(name, spec))}
        self.problems += check_graph(nodes, self.source)
        self._check_ids(expansions)
        self._stop_at_problems()
        config = assemble(spec, self.dag_id, expansions)
        return Compiled(self.dag_id, config, self.source, self.environment, self.files.used)

    def _stop_at_problems(self) -> None:
        if self.problems:
            raise SpecError(self.problems)

    def _resolved(self) -> dict[str, Any]:
        value = self.source.value
        if not isinstance(value, dict):
            message = 'a spec must be a mapping with the key "tasks"'
            raise SpecError([Problem("wrong-type", message, self.source.place())])
        variables = value.get("vars")
        resolver = Resolver(self.source, self.environment, variables if isinstance(variables, dict) else {})
        resolved = {key: resolver.resolve(inner, (key,)) for key, inner in value.items()}
        self.problems += dict.fromkeys(resolver.problems)
        return resolved

    def _check_keys(self, spec: dict[str, Any]) -> None:
        problems = check(spec, (Pipeline,), self.source, ())
        named = spec.get("dag_id", self.dag_id)
        if isinstance(named, str) and named != self.dag_id:
            message = f'dag_id "{named}" is not the name of the file'
            help_ = f'call the file "{named}.yaml", or leave dag_id out'
            problems.append(Problem("dag-id-not-file-name", message, self.source.place(("dag_id",)), help_))
        self.problems += problems
        for part in ("tasks", "task_groups"):  # go on with what is sound
            entries = spec.get(part, {})
            sound = entries.items() if isinstance(entries, dict) else ()
            spec[part] = {name: entry for name, entry in sound if isinstance(entry, dict)}
        self.problems += date_problems(spec, self.source)

    def _nodes(self, spec: dict[str, Any]) -> dict[str, Node]:
        nodes: dict[str, Node] = {}
        for part in ("task_groups", "tasks"):
            for name, entry in spec[part].items():
                if name in nodes:
                    place = self.source.place((part, name), "key")
                    message = f'"{name}" is a task and a task group'
                    self.problems.append(Problem("duplicate-task-id", message, place, "rename one of them"))
                nodes[name] = Node((part, name), _texts(entry.get("dependencies")))
        return nodes

    def _check_groups(self, spec: dict[str, Any]) -> None:
        groups = spec["task_groups"]
        for part, key in (("tasks", "task_group_name"), ("task_groups", "parent_group_name")):
            for name, entry in spec[part].items():
                group = entry.get(key)
                if isinstance(group, str) and group not in groups:
                    message = f'no task group "{group}"'
                    self._add("unknown-group", message, part, name, key, help_=suggest(group, groups))
        nodes = {
            name: Node(("task_groups", name), _texts([entry.get("parent_group_name")]))
            for name, entry in groups.items()
        }
        known = {name: node for name, node in nodes.items() if all(up in groups for up in node.dependencies)}
        self.problems += check_graph(known, self.source, "task_groups")

    def _expansion(self, name: str, spec: dict[str, Any]) -> Expansion | None:
        arguments = spec["tasks"][name]
        groups = spec["task_groups"]
        parents = tuple(reversed(_ancestors(arguments.get("task_group_name"), groups)))
        task = Task(name, self.dag_id, self.source, self.environment, self.files, self.problems, parents)
        return expand(task, arguments)

    def _check_ids(self, expansions: dict[str, Expansion]) -> None:
        owner: dict[str, str] = {}
        told: set[str] = set()
        for name, expansion in expansions.items():
            for task_id in expansion.tasks:
                first = owner.setdefault(task_id, name)
                if first != name and name not in told:
                    told.add(name)
                    self.problems.append(self._made_twice(task_id, first, name))

    def _made_twice(self, task_id: str, first: str, second: str) -> Problem:
        message = f'"{second}" and "{first}" both make a task "{task_id}"'
        related = (Related(self.source.place(("tasks", first), "key"), "makes it first"),)
        place = self.source.place(("tasks", second), "key")
        return Problem("duplicate-task-id", message, place, "rename a step or a task", related=related)

    def _add(self, rule: str, message: str, *path: str, help_: str = "") -> None:
        self.problems.append(Problem(rule, message, self.source.place(path), help_))


def _ancestors(group: Any, groups: dict[str, Any]) -> list[str]:
    found: list[str] = []
    while isinstance(group, str) and group in groups and group not in found:
        found.append(group)
        group = groups[group].get("parent_group_name")
    return found


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
