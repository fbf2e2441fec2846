"""Does something again whenever files change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

INTERVAL = 0.3  # seconds; polling needs no library and works on network drives

Stamp = dict[Path, tuple[int, int]]


def watch(files: Callable[[], Iterable[Path]], act: Callable[[], None], interval: float = INTERVAL) -> None:
    """Call `act` now and after each change of what `files` gives; ends with KeyboardInterrupt."""
    seen: Stamp | None = None
    while True:
        current = stamp(files())
        if current != seen:
            seen = current
            act()
        time.sleep(interval)


def stamp(files: Iterable[Path]) -> Stamp:
    """Time of change and size of each file that is there."""
    found: Stamp = {}
    for path in files:
        try:
            status = path.stat()
        except OSError:
            continue  # deleted in this moment
        found[path] = (status.st_mtime_ns, status.st_size)
    return found
