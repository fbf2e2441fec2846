"""Where tasks stand in a picture."""

from __future__ import annotations

from dagspec.edges import TaskGraph
from dagspec.layout import layout


def columns(graph: TaskGraph) -> dict[str, int]:
    return {name: column for name, (column, _) in layout(graph).items()}


def test_a_task_behind_a_group_stands_right_of_all_of_it() -> None:
    edges = [("create", "step"), ("step", "terminate"), ("create", "terminate"), ("step", "load")]
    group = dict.fromkeys(["create", "step", "terminate"], "cluster")
    graph = TaskGraph(group | {"load": ""}, {"cluster": ""}, edges)
    assert columns(graph) == {"create": 0, "step": 1, "terminate": 2, "load": 3}


def test_a_group_that_is_left_and_entered_again_is_drawn_too() -> None:
    graph = TaskGraph({"a": "g", "b": "", "c": "g"}, {"g": ""}, [("a", "b"), ("b", "c")])
    assert columns(graph) == {"a": 0, "b": 1, "c": 2}
