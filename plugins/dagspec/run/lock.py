"""One run at a time for each project folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagspec.run.errors import AlreadyRunningError


@contextmanager
def run_lock(path: Path) -> Iterator[None]:
    """Hold the lock while the block runs; raise ``AlreadyRunningError`` when another run holds it.

    The kernel gives the lock back when its holder dies, so there is no stale lock to remove.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(_complaint(path)) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _complaint(path: Path) -> str:
    holder = path.read_text().strip() or "unknown"
    return (
        f"another run is active in {path.parent.parent} (process {holder}): "
        f"wait for it, or end it with Ctrl-C or `kill {holder}`"
    )
