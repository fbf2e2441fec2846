"""How to run PostgreSQL, which refuses to be root, when the local cloud is root (as in most CI containers)."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from localcloud.redshift.errors import PostgresUnavailableError

_NOBODY = 65534
# nobody, because PostgreSQL asks for its user's name: many containers know no other user than root and nobody
_UNSHARE = ("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}")


@dataclass(frozen=True)
class Runner:
    """A way to start PostgreSQL's programs: words before the command, or another user."""

    prefix: tuple[str, ...] = ()
    user: int | None = None

    def own(self, folder: Path) -> None:
        """Give a folder, new and empty, to the user that PostgreSQL runs as."""
        if self.user is not None:
            os.chown(folder, self.user, self.user)

    def wrap(self, argv: list[str]) -> list[str]:
        """The whole command."""
        if self.user is None:
            return [*self.prefix, *argv]
        return ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups", *argv]


def choose_runner(folder: Path, programs: Path) -> Runner:
    """The runner for the folder that holds the data folder.

    PostgresUnavailableError if root finds no way to step down.
    """
    if os.geteuid() != 0:
        return Runner()
    data = folder / "data"
    if data.exists() and data.stat().st_uid == _NOBODY:
        return Runner(user=_NOBODY)  # as it was made
    if _succeeds([*_UNSHARE, "test", "-w", str(folder)]):
        return Runner(prefix=_UNSHARE)
    nobody = Runner(user=_NOBODY)
    if _succeeds(nobody.wrap(["test", "-x", str(folder), "-a", "-x", str(programs / "postgres")])):
        return nobody
    message = (
        f"PostgreSQL does not run as root, and neither a user namespace nor user {_NOBODY} can use {folder}: "
        "run the local cloud as an ordinary user, or choose a --root that every user can reach"
    )
    raise PostgresUnavailableError(message)


def _succeeds(argv: list[str]) -> bool:
    if shutil.which(argv[0]) is None:
        return False
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0
