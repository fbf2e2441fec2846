"""Where the tasks of a graph stand in a picture: columns from left to right, rows so that edges cross little."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.edges import TaskGraph

SWEEPS = 6


def layout(graph: TaskGraph) -> dict[str, tuple[int, float]]:
    """Column and row of each task. A task stands right of everything before it; row 0 is the middle."""
    columns = _columns(graph)
    by_column: dict[int, list[str]] = {}
    for name, column in columns.items():
        by_column.setdefault(column, []).append(name)
    rows = {name: float(index) for names in by_column.values() for index, name in enumerate(names)}
    for _ in range(SWEEPS):
        for names in by_column.values():
            names.sort(key=lambda name: _middle(name, graph, rows))
            rows.update({name: index - (len(names) - 1) / 2 for index, name in enumerate(names)})
    return {name: (columns[name], rows[name]) for name in graph.tasks}


def _columns(graph: TaskGraph) -> dict[str, int]:
    columns = dict.fromkeys(graph.tasks, 0)
    pairs = [*graph.edges, *_behind_groups(graph)]
    for _ in graph.tasks:
        for upstream, downstream in pairs:
            columns[downstream] = max(columns[downstream], columns[upstream] + 1)
    return columns


def _behind_groups(graph: TaskGraph) -> Iterator[tuple[str, str]]:
    """A task behind one of a group stands right of the whole group, or it would stand in the group's box."""
    for upstream, downstream in graph.edges:
        left = [group for group in _groups(graph, upstream) if group not in _groups(graph, downstream)]
        later = _after(graph, downstream) if left else set()
        for member in graph.tasks if left else ():
            if left[-1] in _groups(graph, member) and member not in later:
                yield member, downstream


def _groups(graph: TaskGraph, task: str) -> list[str]:
    """The groups that a task is in, the innermost first."""
    found = [graph.tasks[task]]
    while found[-1]:
        found.append(graph.parents.get(found[-1], ""))
    return found[:-1]


def _after(graph: TaskGraph, task: str) -> set[str]:
    """The task and all that come behind it."""
    found, waiting = {task}, [task]
    while waiting:
        last = waiting.pop()
        new = {down for up, down in graph.edges if up == last} - found
        found |= new
        waiting += new
    return found


def _middle(name: str, graph: TaskGraph, rows: dict[str, float]) -> float:
    near = [rows[up] for up, down in graph.edges if down == name]
    near += [rows[down] for up, down in graph.edges if up == name]
    return sum(near) / len(near) if near else rows[name]
