"""The order in which people read the keys of a pipeline and of a task."""

from __future__ import annotations

from functools import cache

from dagspec.fmt.tree import Item, Node

LAST = ("default_args", "vars", "task_groups", "tasks")
TASK_FIRST = ("<<", "operator", "task_group_name", "dependencies")
TASK_LAST = ("steps",)

Path = tuple[str, ...]


def is_pipeline(root: Node) -> bool:
    """Whether a file holds a pipeline; environments and other YAML files keep the order of their keys."""
    return any(item.name == "tasks" for item in root.items)


def arranged(items: list[Item], path: Path) -> list[int]:
    """The items at a path of a pipeline by their number, in their canonical order.

    Items that the order does not name keep theirs. An alias stays behind its anchor.
    """
    numbers = list(range(len(items)))
    is_task = len(path) == 2 and path[0] == "tasks" and path[1] != ""  # items of a list have no name
    if path and not is_task:
        return numbers
    rank = _pipeline_rank() if not path else _task_rank()
    middle = rank[""]
    wanted = sorted(numbers, key=lambda number: rank.get(items[number].name, middle))
    return _anchors_first(wanted, items)


@cache
def _pipeline_rank() -> dict[str, int]:
    from dagspec.spec import Pipeline

    known = [name for name in Pipeline.__struct_fields__ if name not in LAST]
    return _rank(known, LAST)


def _task_rank() -> dict[str, int]:
    return _rank(TASK_FIRST, TASK_LAST)


def _rank(first: tuple[str, ...] | list[str], last: tuple[str, ...]) -> dict[str, int]:
    """Name → rank; "" is that of all other names."""
    return {name: rank for rank, name in enumerate((*first, "", *last))}


def _anchors_first(wanted: list[int], items: list[Item]) -> list[int]:
    """The wanted order, but each item behind those whose anchors it uses."""
    home = {node.anchor: number for number, item in enumerate(items) for node in _nodes(item) if node.anchor}
    needs = [{home[node.alias] for node in _nodes(item) if node.alias in home} for item in items]
    placed: list[int] = []
    while len(placed) < len(wanted):
        left = (number for number in wanted if number not in placed)
        placed.append(next(number for number in left if needs[number] <= {*placed, number}))
    return placed


def _nodes(item: Item) -> list[Node]:
    return [*(item.key.walk() if item.key else ()), *item.value.walk()]
