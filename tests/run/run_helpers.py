"""Find and start what the tests of this folder look at."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

MAIN = Path(__file__).parent / "run_project.py"


def start_run(root: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a run in a process of its own, as users do."""
    command = [sys.executable, str(MAIN), str(root), *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=root, start_new_session=True
    )


def finish(process: subprocess.Popen[str], limit_seconds: float = 120) -> tuple[int, str]:
    output, _ = process.communicate(timeout=limit_seconds)
    return process.returncode, output


def processes_in(root: Path) -> list[psutil.Process]:
    """All processes whose working folder is the project: services, workers and tasks."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(root) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def wait_for(condition: Callable[[], object], limit_seconds: float = 60) -> None:
    deadline = time.monotonic() + limit_seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
