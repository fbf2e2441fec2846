"""A task graph as a picture (SVG, PNG). Needs matplotlib; all lengths are inches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dagspec.edges import TaskGraph
from dagspec.layout import layout

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW, GAP, MARGIN, TITLE = 0.46, 0.42, 0.2, 0.35
BOX_HEIGHT, LETTER, PADDING = 0.26, 0.066, 0.2
COLOURS = {"task": "#e8f1fb", "setup": "#e3f5e8", "teardown": "#fbe7e7", "asset": "#fdf3d8"}
LINE, TEXT = "#8795a3", "#24313d"


class Box(Struct, frozen=True):
    """A task's box: its middle and half its width."""

    x: float
    y: float
    half: float


def draw(graph: TaskGraph, path: Path, title: str) -> None:
    """Write the picture; the file's suffix says which kind. The same graph gives the same file."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    boxes = _boxes(graph)
    width = max(box.x + box.half for box in boxes.values()) + 2 * MARGIN
    top, bottom = min(box.y for box in boxes.values()) - ROW * 1.3, max(box.y for box in boxes.values()) + ROW
    with rc_context({"svg.hashsalt": title, "svg.fonttype": "none"}):
        figure = Figure(figsize=(width, bottom - top + TITLE))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(bottom, top - TITLE)
        axes.text(MARGIN, top - TITLE / 3, title, fontsize=11, fontweight="bold", color=TEXT)
        _draw_groups(axes, graph, boxes)
        _draw_edges(axes, graph, boxes, (top + ROW * 0.55, bottom - ROW * 0.45))
        for name, box in boxes.items():
            _draw_task(axes, name, box, graph)
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)


def _boxes(graph: TaskGraph) -> dict[str, Box]:
    places = layout(graph)
    widths: dict[int, float] = {}
    for name, (column, _) in places.items():
        widths[column] = max(widths.get(column, 0.0), len(name) * LETTER + PADDING)
    starts, x = {}, 2 * MARGIN
    for column in sorted(widths):
        starts[column] = x + widths[column] / 2
        x += widths[column] + GAP
    return {
        name: Box(starts[column], row * ROW, (len(name) * LETTER + PADDING) / 2)
        for name, (column, row) in places.items()
    }


def _draw_task(axes: Axes, name: str, box: Box, graph: TaskGraph) -> None:
    kinds = {"setup": graph.setups, "teardown": graph.teardowns, "asset": graph.assets}
    kind = next((kind for kind, names in kinds.items() if name in names), "task")
    _rounded(axes, box.x - box.half, box.y - BOX_HEIGHT / 2, 2 * box.half, BOX_HEIGHT, COLOURS[kind], LINE, 3)
    axes.text(box.x, box.y, name, ha="center", va="center", fontsize=7.5, color=TEXT, zorder=4, parse_math=False)


def _draw_edges(axes: Axes, graph: TaskGraph, boxes: dict[str, Box], sides: tuple[float, float]) -> None:
    columns = {name: column for name, (column, _) in layout(graph).items()}
    for upstream, downstream in graph.edges:
        start, end = boxes[upstream], boxes[downstream]
        if columns[downstream] - columns[upstream] > 1:
            ends_setup = downstream in graph.teardowns
            _draw_detour(axes, start, end, sides[0 if ends_setup else 1], ":" if ends_setup else "-")
        else:
            _arrow(axes, (start.x + start.half, start.y), (end.x - end.half, end.y))


def _draw_detour(axes: Axes, start: Box, end: Box, side: float, linestyle: str) -> None:
    """An edge over several columns runs above the boxes between, to a teardown, or else below them."""
    edge = BOX_HEIGHT / 2 if side > start.y else -BOX_HEIGHT / 2
    xs, ys = [start.x, start.x, end.x], [start.y + edge, side, side]
    axes.plot(xs, ys, color=LINE, linewidth=0.9, linestyle=linestyle)
    _arrow(axes, (end.x, side), (end.x, end.y + edge), linestyle=linestyle)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], linestyle: str = "-") -> None:
    style = {"arrowstyle": "-|>", "color": LINE, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0, "linestyle": linestyle}
    axes.annotate("", xy=end, xytext=start, arrowprops=style, zorder=2)


def _draw_groups(axes: Axes, graph: TaskGraph, boxes: dict[str, Box]) -> None:
    for group in graph.parents:
        members = [boxes[name] for name, parent in graph.tasks.items() if parent == group]
        if not members:
            continue
        left = min(box.x - box.half for box in members) - GAP / 3
        right = max(box.x + box.half for box in members) + GAP / 3
        top, bottom = min(box.y for box in members) - ROW, max(box.y for box in members) + ROW * 0.6
        _rounded(axes, left, top, right - left, bottom - top, "#f6f8fa", "#d3dae1", 1)
        axes.text(
            left + 0.08, top + 0.14, group, fontsize=7.5, color="#5b6b7b", style="italic", zorder=2, parse_math=False
        )


def _rounded(axes: Axes, x: float, y: float, width: float, height: float, face: str, edge: str, order: int) -> None:
    from matplotlib.patches import FancyBboxPatch

    style: dict[str, Any] = {"boxstyle": "round,pad=0,rounding_size=0.06", "facecolor": face, "edgecolor": edge}
    axes.add_patch(FancyBboxPatch((x, y), width, height, zorder=order, linewidth=0.9, **style))
