"""Where the tasks of a graph stand in a picture: columns from left to right, rows so that edges cross little."""

from __future__ import annotations

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
    for _ in graph.tasks:
        for upstream, downstream in graph.edges:
            columns[downstream] = max(columns[downstream], columns[upstream] + 1)
    return columns


def _middle(name: str, graph: TaskGraph, rows: dict[str, float]) -> float:
    near = [rows[up] for up, down in graph.edges if down == name]
    near += [rows[down] for up, down in graph.edges if up == name]
    return sum(near) / len(near) if near else rows[name]
