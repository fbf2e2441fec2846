"""A small process that ends a run's processes when the run itself was killed.

Usage: ``python -m dagspec.run.watchdog OWNER_PID PROCESS_FILE`` with a pipe as standard input whose
other end only the owner holds. The pipe closes when the owner is gone, however it died.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from dagspec.run.proctree import end_trees, read_process_file

GRACE_SECONDS = 3.0


def main(arguments: list[str]) -> None:
    """Wait for the end of the owner, then end what it has left behind."""
    owner, path = int(arguments[0]), Path(arguments[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdin.buffer.read()
    recorded = read_process_file(path)
    # A later run may have taken over the file; its processes are not ours to end.
    if recorded is None or recorded.owner != owner:
        return
    end_trees(recorded.processes, GRACE_SECONDS)
    path.unlink(missing_ok=True)


if __name__ == "__main__":
    main(sys.argv[1:])
