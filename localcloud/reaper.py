"""Ends what the local cloud has started, once the local cloud itself has ended, however it ended.

A process of its own: it reads `+<pid>` and `-<pid>` from the server, one process group a line. The pipe
closes when the server goes away, even by SIGKILL, and then every group left is killed.
Run as `python reaper.py <marker>`; the marker is the value of LOCALCLOUD_SERVER of the server's children.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys


def kill_group(group: int) -> None:
    """SIGKILL for a process group that may be gone already."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def kill_marked(name: str, value: str) -> None:
    """SIGKILL for all processes whose environment has `name=value`: also those that left their group."""
    import psutil

    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(name) == value:
                process.kill()


def main() -> None:
    """Follow the server's lines until its pipe closes, then kill what is left."""
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line[0] == "+":
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        kill_group(group)
    kill_marked("LOCALCLOUD_SERVER", sys.argv[1])


if __name__ == "__main__":
    main()
