"""Problems as text, for terminals, logs and Airflow's UI."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dagspec.problem import Problem


def headline(problem: Problem) -> str:
    """`file:line:col: severity[rule] message`: one line, clickable in every editor."""
    span = problem.span
    where = f"{problem.place.source.name}:{span.line}:{span.column}"
    return f"{where}: {problem.severity}[{problem.rule}] {problem.message}"


def framed(problem: Problem) -> str:
    """The headline, the line that is meant with a mark under it, and what would be right."""
    span = problem.span
    lines = problem.place.source.text.split("\n")
    parts = [headline(problem)]
    if span.line <= len(lines) and lines[span.line - 1].strip():
        parts += _frame(lines[span.line - 1], span.line, span.column, _width(problem))
    parts += [f"  = note: line {item.place.span.line} {item.label}" for item in problem.related]
    if problem.help:
        parts.append(f"  = help: {problem.help}")
    return "\n".join(parts)


def _width(problem: Problem) -> int:
    span = problem.span
    return max(1, span.end_column - span.column) if span.line == span.end_line else 1


def _frame(line: str, number: int, column: int, width: int) -> list[str]:
    gutter = " " * len(str(number))
    width = max(1, min(width, len(line) - column + 1))
    return [f"{gutter} |", f"{number} | {line}", f"{gutter} | {' ' * (column - 1)}{'^' * width}"]


def report(problems: Iterable[Problem]) -> str:
    """All problems with their frames."""
    return "\n\n".join(framed(problem) for problem in problems)


def fenced(text: str, language: str = "") -> str:
    """A Markdown code block; its fence is longer than any in the text, so that the text cannot end it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
