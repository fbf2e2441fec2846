"""What clusters and workgroups share: states that pass, and files that survive a restart."""

from __future__ import annotations

import json
import logging
import os
import time
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)
# long enough to be seen, short enough not to be waited for
PASSING_SECONDS = 0.5


class State:
    """A state that is reached after a moment, and the one before it: `creating`, then `available`."""

    def __init__(self, settled: str) -> None:
        self.settled = settled
        self._passing = settled
        self._until = 0.0

    def pass_through(self, passing: str, settled: str) -> None:
        """Be `passing` for a moment, then `settled`."""
        self._passing, self.settled = passing, settled
        self._until = time.monotonic() + PASSING_SECONDS

    @property
    def now(self) -> str:
        """The state that callers see."""
        return self._passing if time.monotonic() < self._until else self.settled


class StateFile:
    """One JSON file, written in one step and only when its content has changed."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._written = ""

    def write(self, content: object) -> None:
        """Replace the file."""
        text = json.dumps(content, indent=1)
        if text == self._written:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        upload = self.file.with_suffix(f".{os.getpid()}.tmp")
        upload.write_text(text, encoding="utf-8")
        upload.replace(self.file)
        self._written = text

    def read(self) -> Any:
        """The content, None if there is none; an unreadable file is left where it is, with a warning."""
        try:
            return json.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            log.warning("%s cannot be read and is left out: %s", self.file, error)
            return None
