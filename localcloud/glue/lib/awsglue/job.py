# ruff: noqa: N802 - the names are AWS's
"""A Glue job's begin and end. Bookmarks are accepted and have no effect: each run reads all of its input."""

from __future__ import annotations

from typing import Any


class Job:
    """What a script calls first and last."""

    def __init__(self, glue_context: Any) -> None:
        self.glue_context = glue_context
        self.name = ""
        self.args: dict[str, Any] = {}

    def init(self, name: str, args: dict[str, Any] | None = None) -> None:
        """Begin the job."""
        self.name = name
        self.args = dict(args or {})

    def isInitialized(self) -> bool:
        """Whether `init` was called."""
        return bool(self.name)

    def commit(self) -> None:
        """End the job: there is no bookmark to write."""
