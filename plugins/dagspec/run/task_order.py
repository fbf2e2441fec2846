"""The order in which people expect to read a DAG's tasks."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter

from dagspec.run.api_types import Task

GROUP_SEPARATOR = "."


def reading_order(tasks: Sequence[Task]) -> list[str]:
    """Return the task ids, each after those it depends on, the tasks of a group together."""
    position = {task_id: index for index, task_id in enumerate(_topological(tasks))}
    group_position: dict[str, int] = {}
    for task_id, index in position.items():
        for group in groups_of(task_id):
            group_position.setdefault(group, index)
    return sorted(position, key=lambda task_id: _sort_key(task_id, position, group_position))


def groups_of(task_id: str) -> list[str]:
    """Return the groups around a task from the outside in: ``a.b.c`` is in ``a`` and ``a.b``."""
    parts = task_id.split(GROUP_SEPARATOR)
    return [GROUP_SEPARATOR.join(parts[:depth]) for depth in range(1, len(parts))]


def _sort_key(task_id: str, position: dict[str, int], group_position: dict[str, int]) -> tuple[int, ...]:
    return (*(group_position[group] for group in groups_of(task_id)), position[task_id])


def _topological(tasks: Sequence[Task]) -> list[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for task in sorted(tasks, key=lambda task: task.task_id):
        sorter.add(task.task_id)
        for after in task.downstream:
            sorter.add(after, task.task_id)
    return list(sorter.static_order())
