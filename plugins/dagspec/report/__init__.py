"""What a lint found, in the formats that people and machines read."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from dagspec.report import concise, github, jsonv1, sarif, terminal

if TYPE_CHECKING:
    from dagspec.lint_result import Result

Reporter = Callable[["Result"], str]


def _auto(result: Result) -> str:
    in_workflow = os.environ.get("GITHUB_ACTIONS") == "true"
    return github.report(result) if in_workflow else terminal.report(result)


REPORTERS: dict[str, Reporter] = {
    "auto": _auto,
    "text": terminal.report,
    "concise": concise.report,
    "json": jsonv1.report,
    "sarif": sarif.report,
    "github": github.report,
}
