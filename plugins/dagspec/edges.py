"""The tasks and edges of a compiled config, as Airflow will draw them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from dagspec.shared import Config


class TaskGraph(Struct):
    """tasks: id in the config → id of its group, or "". edges: (upstream, downstream). parents: group → its group.

    assets: those of the tasks that are none, but what starts the runs.
    """

    tasks: dict[str, str]
    parents: dict[str, str]
    edges: list[tuple[str, str]] = []
    setups: set[str] = set()
    teardowns: set[str] = set()
    assets: set[str] = set()


def task_graph(config: Config) -> TaskGraph:
    """The graph of a compiled config; edges to and from groups become edges of their first and last tasks."""
    groups = config.get("task_groups", {})
    graph = TaskGraph(
        {name: task.get("task_group_name", "") for name, task in config["tasks"].items()},
        {name: group.get("parent_group_name", "") for name, group in groups.items()},
    )
    for teardown, setups in config.get("teardowns", {}).items():
        graph.teardowns.add(teardown)
        graph.setups.update(setups)
    for name, entry in {**config["tasks"], **groups}.items():
        for upstream in entry.get("dependencies", []):
            pairs = [(up, down) for up in _ends(graph, config, upstream) for down in _starts(graph, config, name)]
            graph.edges += [pair for pair in pairs if pair not in graph.edges]
    _add_assets(graph, config.get("schedule"))
    return graph


def _add_assets(graph: TaskGraph, schedule: Any) -> None:
    """Put the assets that start the runs before the tasks that nothing else comes before."""
    names = [one if isinstance(one, str) else one["uri"] for one in schedule] if isinstance(schedule, list) else []
    waiting = {downstream for _, downstream in graph.edges}
    first = [task for task in graph.tasks if task not in waiting]
    graph.tasks = dict.fromkeys(names, "") | graph.tasks
    graph.edges += [(name, task) for name in names for task in first]
    graph.assets.update(names)


def _members(graph: TaskGraph, group: str) -> set[str]:
    inner = {name for name, parent in graph.parents.items() if parent == group}
    own = {name for name, parent in graph.tasks.items() if parent == group}
    return own.union(*(_members(graph, name) for name in inner))


def _starts(graph: TaskGraph, config: Config, name: str) -> list[str]:
    if name in graph.tasks:
        return [name]
    members = _members(graph, name)
    return [task for task in graph.tasks if task in members and not _upstream(config, task) & members]


def _ends(graph: TaskGraph, config: Config, name: str) -> list[str]:
    if name in graph.tasks:
        return [name]
    members = _members(graph, name)
    # what follows a group does not wait for the group's teardown
    working = {task for task in members if task not in graph.teardowns}
    used = set().union(*(_upstream(config, task) for task in working)) if working else set()
    return [task for task in graph.tasks if task in working - used]


def _upstream(config: Config, task: str) -> set[str]:
    return set(config["tasks"][task].get("dependencies", []))
