"""`--format concise`: one line for each problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagspec.text import headline

if TYPE_CHECKING:
    from dagspec.lint_result import Result


def report(result: Result) -> str:
    """`file:line:col: severity[rule] message` for each, and the summary."""
    return "\n".join([*(headline(problem) for problem in result.problems), result.summary()])
