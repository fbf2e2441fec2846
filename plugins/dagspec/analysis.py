"""One spec, understood for one environment: its values, its graph, what its tasks become, and all that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct

from dagspec.dag_keys import date_problems
from dagspec.environment import Environment
from dagspec.expand import expand
from dagspec.expressions import Resolver
from dagspec.files import Files
from dagspec.graph import Node, check_graph
from dagspec.masking import masked_problem
from dagspec.policy_check import policy_problems
from dagspec.problem import Problem, Related, Span, suggest
from dagspec.schema import check
from dagspec.shared import Expansion, Task
from dagspec.source import Source
from dagspec.spec import Pipeline
from dagspec.trigger import trigger_problems


class Analysis(Struct):
    """What is known of a spec. Each part holds what is sound; what is not is in `problems`.

    spec: the values with references resolved; its `tasks` and `task_groups` are mappings of mappings.
    nodes: tasks and task groups with their dependencies. expansions: task id → the dag-factory tasks it becomes.
    """

    source: Source
    environment: Environment
    files: Files
    dag_id: str
    problems: list[Problem]
    spec: dict[str, Any] = {}
    nodes: dict[str, Node] = {}
    expansions: dict[str, Expansion] = {}

    def parents(self, task: str) -> tuple[str, ...]:
        """The task groups around a task of the spec, the outermost first."""
        found: list[str] = []
        groups = self.spec["task_groups"]
        group = self.spec["tasks"][task].get("task_group_name")
        while isinstance(group, str) and group in groups and group not in found:
            found.append(group)
            group = groups[group].get("parent_group_name")
        return tuple(reversed(found))


def analyse(source: Source, environment: Environment, root: Path) -> Analysis:
    """Understand a spec as far as it is sound. `root` is the repository: paths of files count from there."""
    files = Files(root, environment.values.get("code_uri"))
    found = _Analyst(Analysis(source, environment, files, source.dag_id, list(source.problems))).run()
    found.problems[:] = [masked_problem(problem, environment.source) for problem in found.problems]
    return found


class _Analyst:
    """Fills an analysis, stage by stage; each works on what the one before found sound."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.source, self.environment, self.problems = analysis.source, analysis.environment, analysis.problems

    def run(self) -> Analysis:
        found = self.analysis
        if self.source.value is None:
            return found
        if not isinstance(self.source.value, dict):
            message = 'a spec must be a mapping with the key "tasks"'
            self.problems.append(Problem("wrong-type", message, self.source.place()))
            return found
        spec = found.spec = self._resolved(self.source.value)
        self._check_keys(spec)
        found.nodes = self._nodes(spec)
        self._check_groups(spec)
        found.expansions = {name: one for name in spec["tasks"] if (one := self._expansion(name, spec))}
        self.problems += check_graph(found.nodes, self.source)
        self._check_ids(found.expansions)
        self.problems += trigger_problems(spec, self.source)
        self.problems += policy_problems(found)
        self._tell_once()
        return found

    def _tell_once(self) -> None:
        """Leave out what only follows from a problem of the YAML at the same place."""
        causes = [problem.span for problem in self.source.problems]
        if causes:
            told = set(self.source.problems)
            self.problems[:] = [one for one in self.problems if one in told or not _inside(one.span, causes)]

    def _resolved(self, value: dict[str, Any]) -> dict[str, Any]:
        variables = value.get("vars")
        resolver = Resolver(self.source, self.environment, variables if isinstance(variables, dict) else {})
        resolved = {key: resolver.resolve(inner, (key,)) for key, inner in value.items()}
        self.problems += dict.fromkeys(resolver.problems)
        return resolved

    def _check_keys(self, spec: dict[str, Any]) -> None:
        problems = check(spec, (Pipeline,), self.source, ())
        named = spec.get("dag_id", self.analysis.dag_id)
        if isinstance(named, str) and named != self.analysis.dag_id:
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
        parents = self.analysis.parents(name)
        task = Task(
            name, self.analysis.dag_id, self.source, self.environment, self.analysis.files, self.problems, parents
        )
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


def _inside(span: Span, causes: list[Span]) -> bool:
    return any(
        (cause.line, cause.column) <= (span.line, span.column)
        and (span.end_line, span.end_column) <= (cause.end_line, cause.end_column)
        for cause in causes
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
