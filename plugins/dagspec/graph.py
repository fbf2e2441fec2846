"""The graph of a spec: unknown names and cycles, before Airflow sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from msgspec import Struct

from dagspec.problem import KeyPath, Problem, Related, closest, suggest
from dagspec.rename import rename
from dagspec.source import Source


class Node(Struct, frozen=True):
    """Something with dependencies: a task, a task group, a step."""

    path: KeyPath
    dependencies: tuple[str, ...]


def check_graph(nodes: Mapping[str, Node], source: Source, what: str = "this pipeline") -> Iterator[Problem]:
    """Dependencies on names that are not there, and the first cycle.

    `what` completes the sentence "… is not in this pipeline".
    """
    for name, node in nodes.items():
        for index, upstream in enumerate(node.dependencies):
            if upstream not in nodes:
                place = source.place((*node.path, "dependencies", index))
                message = f'"{name}" depends on "{upstream}", which is not in {what}'
                others = set(nodes) - {name}
                fix = rename(place, upstream, closest(upstream, others))
                yield Problem("unknown-upstream", message, place, suggest(upstream, others), fix=fix)
    yield from _cycle(nodes, source)


def _cycle(nodes: Mapping[str, Node], source: Source) -> Iterator[Problem]:
    known = {name: [up for up in node.dependencies if up in nodes] for name, node in nodes.items()}
    try:
        TopologicalSorter(known).prepare()
    except CycleError as error:
        order = list(nodes)
        circle: list[str] = error.args[1][:-1]
        # begin at the one that the file names first: the message must not depend on the order of a walk
        first = min(range(len(circle)), key=lambda index: order.index(circle[index]))
        circle = circle[first:] + circle[:first]
        places = [source.place(nodes[name].path, "key") for name in circle]
        message = "cycle: " + " -> ".join([*circle, circle[0]])
        related = tuple(Related(place, "is part of the cycle") for place in places[1:])
        yield Problem("dependency-cycle", message, places[0], "remove one of these dependencies", related=related)


def ordered(nodes: Mapping[str, Node]) -> list[str]:
    """The names, each behind what it depends on, else as in the file. The graph must be sound."""
    return list(TopologicalSorter({name: node.dependencies for name, node in nodes.items()}).static_order())


def leaves(nodes: Mapping[str, Node]) -> list[str]:
    """The names that nothing depends on."""
    used = {upstream for node in nodes.values() for upstream in node.dependencies}
    return [name for name in nodes if name not in used]
