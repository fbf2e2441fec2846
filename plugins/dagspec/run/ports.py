"""Ports on the loopback interface."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path
from typing import IO

LOOPBACK = "127.0.0.1"
_claims: dict[int, IO[str]] = {}  # held until this process ends


def choose_port(preferred: int) -> int:
    """Return the preferred port when nobody listens on it or is about to, else a free one."""
    return preferred if _is_free(preferred) and _claim(preferred) else free_port()


def _claim(port: int) -> bool:
    """Whether no other run of this user has chosen the port for a server that does not listen yet."""
    if port in _claims:
        return True
    file = (Path(tempfile.gettempdir()) / f"dagspec-{os.getuid()}-port-{port}.lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return False
    _claims[port] = file
    return True


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
