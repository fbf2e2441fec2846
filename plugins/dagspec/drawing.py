"""A task graph as a picture (SVG, PNG). Needs matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dagspec.edges import TaskGraph

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Point = tuple[float, float]

COLUMN_INCHES, ROW_INCHES, BOX_HEIGHT = 2.6, 0.62, 0.4
SWEEPS = 6
COLOURS = {"task": "#e8f1fb", "setup": "#e6f6ea", "teardown": "#fbeaea"}


def draw(graph: TaskGraph, path: Path, title: str) -> None:
    """Write the picture; the file's suffix says which kind."""
    from matplotlib.figure import Figure

    points = layout(graph)
    columns = 1 + max(x for x, _ in points.values())
    rows = 1 + max(y for _, y in points.values()) - min(y for _, y in points.values())
    figure = Figure(figsize=(columns * COLUMN_INCHES, rows * ROW_INCHES + 0.7), layout="constrained")
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold")
    _draw_groups(axes, graph, points)
    for upstream, downstream in graph.edges:
        _draw_edge(axes, points[upstream], points[downstream])
    for name, point in points.items():
        _draw_task(axes, name, point, graph)
    axes.set_xlim(-0.6, columns - 0.4)
    axes.set_ylim(max(y for _, y in points.values()) + 0.7, min(y for _, y in points.values()) - 0.7)
    # a fixed salt and no date: the same graph gives the same file
    figure.savefig(path, dpi=120, metadata={"Date": None} if path.suffix == ".svg" else None)


def layout(graph: TaskGraph) -> dict[str, Point]:
    """Column and row of each task: a column behind everything before it, rows so that edges cross little."""
    columns = _columns(graph)
    by_column: dict[int, list[str]] = {}
    for name, column in columns.items():
        by_column.setdefault(column, []).append(name)
    rows = {name: float(index) for names in by_column.values() for index, name in enumerate(names)}
    for _ in range(SWEEPS):
        for names in by_column.values():
            names.sort(key=lambda name: _middle(name, graph, rows))
            rows.update({name: index - (len(names) - 1) / 2 for index, name in enumerate(names)})
    return {name: (float(columns[name]), rows[name]) for name in graph.tasks}


def _columns(graph: TaskGraph) -> dict[str, int]:
    columns = dict.fromkeys(graph.tasks, 0)
    for _ in graph.tasks:
        for upstream, downstream in graph.edges:
            columns[downstream] = max(columns[downstream], columns[upstream] + 1)
    return columns


def _middle(name: str, graph: TaskGraph, rows: dict[str, float]) -> float:
    near = [rows[up] for up, down in graph.edges if down == name] + [
        rows[down] for up, down in graph.edges if up == name
    ]
    return sum(near) / len(near) if near else rows[name]


def _draw_task(axes: Axes, name: str, point: Point, graph: TaskGraph) -> None:
    kind = "setup" if name in graph.setups else "teardown" if name in graph.teardowns else "task"
    box = {"boxstyle": "round,pad=0.45", "facecolor": COLOURS[kind], "edgecolor": "#5b6b7b", "linewidth": 0.8}
    axes.text(*point, name, ha="center", va="center", fontsize=7, bbox=box, zorder=3)


def _draw_edge(axes: Axes, start: Point, end: Point) -> None:
    near, far = (start[0] + 0.42, start[1]), (end[0] - 0.42, end[1])
    # an edge over several columns bends out of the way of the boxes between
    bend = 0.0 if end[0] - start[0] < 1.5 or start[1] != end[1] else -0.25
    style = {"arrowstyle": "-|>", "color": "#8795a3", "connectionstyle": f"arc3,rad={bend}", "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=far, xytext=near, arrowprops=style, zorder=2)


def _draw_groups(axes: Axes, graph: TaskGraph, points: dict[str, Point]) -> None:
    from matplotlib.patches import FancyBboxPatch

    for group in graph.parents:
        members = [points[name] for name, parent in graph.tasks.items() if parent == group]
        if not members:
            continue
        left, right = min(x for x, _ in members) - 0.5, max(x for x, _ in members) + 0.5
        top, bottom = min(y for _, y in members) - 0.55, max(y for _, y in members) + 0.55
        style = {"boxstyle": "round,pad=0.02", "facecolor": "#f6f8fa", "edgecolor": "#c5ced6", "linewidth": 1.0}
        axes.add_patch(FancyBboxPatch((left, top), right - left, bottom - top, zorder=1, **style))
        axes.text(left + 0.05, top + 0.16, group, fontsize=7, color="#5b6b7b", style="italic", zorder=2)
