"""`--format github`: annotations of a GitHub workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagspec.masking import masked

if TYPE_CHECKING:
    from dagspec.lint_result import Result
    from dagspec.problem import Problem

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def report(result: Result) -> str:
    """One workflow command for each problem, errors first: GitHub shows ten for each step."""
    order = list(_COMMANDS)
    problems = sorted(result.problems, key=lambda problem: order.index(problem.severity))
    return "\n".join([*(_annotation(problem) for problem in problems), result.summary()])


def _annotation(problem: Problem) -> str:
    span = problem.span
    properties = {"file": problem.place.source.name, "line": span.line, "endLine": span.end_line, "col": span.column}
    if span.line == span.end_line:  # GitHub refuses columns of a span over several lines
        properties["endColumn"] = span.end_column
    properties["title"] = problem.rule
    shown = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    text = problem.message + (f"\nhelp: {problem.help}" if problem.help else "")
    return f"::{_COMMANDS[problem.severity]} {shown}::{_escaped(masked(text, problem.place.source))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
