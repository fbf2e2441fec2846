"""`--format text`: frames, in colours on a terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from dagspec.text import Paint, framed, plain

if TYPE_CHECKING:
    from dagspec.lint_result import Result
    from dagspec.problem import Problem

_COLOURS = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "place": "1",
    "frame": "34",
    "related": "34",
}


def report(result: Result) -> str:
    """Every problem with its frame, what can be fixed, and the summary with the time it took."""
    paint = _coloured if _wants_colours() else plain
    if not result.problems:
        return result.summary()
    blocks = [_block(problem, paint) for problem in result.problems]
    last = f"{result.summary()} ({result.seconds * 1000:.0f} ms)"
    return "\n\n".join([*blocks, "\n".join([*_fixable(result.problems), last])])


def _block(problem: Problem, paint: Paint) -> str:
    lines = [framed(problem, paint)]
    if problem.fix:
        option = "--fix" if problem.fix.safe else "--fix --unsafe"
        lines.append(paint("frame", "  = fix:  ") + f"dagspec lint {option}")
    lines.append(paint("frame", "  = rule: ") + f"dagspec explain {problem.rule}")
    return "\n".join(lines)


def _fixable(problems: list[Problem]) -> list[str]:
    fixes = [problem.fix for problem in problems if problem.fix]
    safe = sum(fix.safe for fix in fixes)
    unsafe = len(fixes) - safe
    lines = [f"{safe:,} can be fixed with --fix."] if safe else []
    return lines + ([f"{unsafe:,} can be fixed with --fix --unsafe: look at --diff first."] if unsafe else [])


def _wants_colours() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _coloured(role: str, text: str) -> str:
    return f"\033[{_COLOURS[role]}m{text}\033[0m"
