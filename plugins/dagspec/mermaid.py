"""A task graph as Mermaid text, which GitHub and many wikis draw."""

from __future__ import annotations

from dagspec.edges import TaskGraph


def mermaid(graph: TaskGraph) -> str:
    """A flowchart from left to right, a subgraph for each group; setups and teardowns are slanted, assets round."""
    numbers = {name: f"t{index}" for index, name in enumerate(graph.tasks)}
    lines = ["flowchart LR", *_group("", graph, numbers, "  ")]
    lines += [f"  {numbers[up]} --> {numbers[down]}" for up, down in graph.edges]
    return "\n".join(lines) + "\n"


def _group(group: str, graph: TaskGraph, numbers: dict[str, str], indent: str) -> list[str]:
    lines = [indent + _node(name, graph, numbers) for name, parent in graph.tasks.items() if parent == group]
    for index, (inner, parent) in enumerate(graph.parents.items()):
        if parent == group:
            lines.append(f'{indent}subgraph g{index}["{_label(inner)}"]')
            lines += _group(inner, graph, numbers, indent + "  ")
            lines.append(f"{indent}end")
    return lines


def _node(name: str, graph: TaskGraph, numbers: dict[str, str]) -> str:
    if name in graph.setups:
        return f'{numbers[name]}[/"{_label(name)}"\\]'
    if name in graph.teardowns:
        return f'{numbers[name]}[\\"{_label(name)}"/]'
    if name in graph.assets:
        return f'{numbers[name]}[("{_label(name)}")]'
    return f'{numbers[name]}["{_label(name)}"]'


def _label(name: str) -> str:
    """A name that cannot end its quotes or its line."""
    return " ".join(name.split()).replace('"', "#quot;")
