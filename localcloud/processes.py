"""Child processes of the local cloud: each leads a process group, none outlives the server."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from localcloud import reaper
from localcloud.layout import HOME, Layout, child_environment

log = logging.getLogger(__name__)
JOB_VARIABLE = "LOCALCLOUD_JOB"
_FILE_OR_PIPE = IO[bytes] | int


class Supervisor:
    """Starts process groups and makes sure, through the reaper, that they end with the server."""

    def __init__(self, layout: Layout) -> None:
        marker = uuid.uuid4().hex
        self.environment = {**child_environment(layout), "LOCALCLOUD_SERVER": marker}
        self._lock = threading.Lock()
        self._reaper = subprocess.Popen(
            [sys.executable, "-P", str(HOME / "localcloud" / "reaper.py"), marker],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C in the terminal must not end it before the server
        )

    def start(
        self,
        argv: Sequence[str],
        folder: Path,
        *,
        stdout: _FILE_OR_PIPE,
        stderr: _FILE_OR_PIPE,
        stdin: int = subprocess.DEVNULL,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program as the leader of a new process group. OSError if it cannot be started."""
        process = subprocess.Popen(
            list(argv),
            cwd=folder,
            env={**self.environment, **(env or {})},
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        self._tell(f"+{process.pid}")
        return process

    def forget(self, process: subprocess.Popen[bytes]) -> None:
        """The process has ended and its group needs no care any more."""
        self._tell(f"-{process.pid}")

    def close(self) -> None:
        """Kill everything that is still there."""
        with contextlib.suppress(OSError):
            if self._reaper.stdin:
                self._reaper.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._reaper.wait(10)

    def _tell(self, line: str) -> None:
        try:
            with self._lock:
                assert self._reaper.stdin  # noqa: S101 - Popen was given a pipe
                self._reaper.stdin.write(f"{line}\n".encode())
                self._reaper.stdin.flush()
        except (OSError, ValueError):
            log.warning("the process that cleans up after the server has gone")


class JobCancelledError(Exception):
    """The job was killed before it was started."""


class Job:
    """One program with its logs `stdout` and `stderr` in a folder."""

    def __init__(self, supervisor: Supervisor, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self._supervisor = supervisor
        self._cancelled = False
        self._lock = threading.Lock()

    def run(self, argv: Sequence[str], env: Mapping[str, str]) -> int:
        """Start the program and wait for it; its exit status (negative: the signal that ended it)."""
        with (self.folder / "stdout").open("ab") as out, (self.folder / "stderr").open("ab") as err, self._lock:
            if self._cancelled:
                raise JobCancelledError
            marked = {**env, JOB_VARIABLE: self.name}
            self.process = self._supervisor.start(argv, self.folder, stdout=out, stderr=err, env=marked)
        return self.process.wait()

    def stop(self, grace_seconds: float = 2.0) -> None:
        """Ask the program to end, then make it, and what it left behind; harmless when it has ended."""
        with self._lock:
            self._cancelled = True
        if self.process is None:
            return
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(grace_seconds)
        self.sweep()

    def sweep(self) -> None:
        """Kill what the program left behind, in its group or out of it."""
        if self.process is None:
            return
        reaper.kill_group(self.process.pid)
        reaper.kill_marked(JOB_VARIABLE, self.name)
        if self.process.poll() is not None:
            self._supervisor.forget(self.process)
