"""`dagspec graph`: the graph of a spec."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dagspec.cli.common import UsageError, add_command, add_environment, compiled

PICTURES = (".svg", ".png")
EXAMPLE = """\
  dagspec graph itunes_split                   Mermaid text
  dagspec graph itunes_split -o graph.svg      a picture (.svg or .png)"""


def add(commands: Any) -> None:
    """Add the command."""
    command = add_command(
        commands, "graph", "Show the tasks of a spec and how they depend on each other.", EXAMPLE, run
    )
    command.add_argument("spec", metavar="SPEC", help="a DAG id or a file")
    command.add_argument("-o", "--output", type=Path, metavar="FILE", help="write here; .svg and .png are pictures")
    add_environment(command)


def run(options: argparse.Namespace) -> int:
    """Print Mermaid text, or write it or a picture to a file."""
    from dagspec.edges import task_graph
    from dagspec.mermaid import mermaid

    spec = compiled(options.spec, options.env)
    graph, output = task_graph(spec.config), options.output
    if output is None:
        print(mermaid(graph), end="")
        return 0
    try:
        _write(output, graph, spec.dag_id, mermaid(graph))
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from None
    print(f"Wrote {output}")
    return 0


def _write(output: Path, graph: Any, title: str, text: str) -> None:
    if output.suffix in (".mmd", ".md", ".txt"):
        output.write_text(text, encoding="utf-8")
    elif output.suffix in PICTURES:
        from dagspec.drawing import draw

        draw(graph, output, title)
    else:
        raise UsageError(f'cannot write "{output.suffix}" files; use .svg, .png or .mmd')
