"""What a lint found, in the formats that people and machines read."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagspec.lint_result import Result

Reporter = Callable[["Result"], str]


def _by(module: str) -> Reporter:
    """The reporter of a module, which is imported when it is called."""
    return lambda result: str(import_module(f"dagspec.report.{module}").report(result))


def _auto(result: Result) -> str:
    in_workflow = os.environ.get("GITHUB_ACTIONS") == "true"
    return REPORTERS["github" if in_workflow else "text"](result)


REPORTERS: dict[str, Reporter] = {
    "auto": _auto,
    "text": _by("terminal"),
    "concise": _by("concise"),
    "json": _by("jsonv1"),
    "sarif": _by("sarif"),
    "github": _by("github"),
}
