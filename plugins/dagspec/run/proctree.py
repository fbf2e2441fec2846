"""Find and end whole process trees, also after their parent has died.

Every child that we start leads its own session. Its descendants may change their process group
(Airflow's tasks do), but they stay in the session, so the session is what identifies the tree.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

POLL_SECONDS = 0.05
# The kernel counts start times in ticks; psutil's value for one process can differ in the last digits.
START_TOLERANCE_SECONDS = 0.5


@dataclass(frozen=True)
class ProcessRecord:
    """A process that cannot be mistaken: its id and when it started (seconds since the epoch).

    ``grace_seconds`` is how long it may take to end by itself.
    """

    name: str
    pid: int
    started: float
    grace_seconds: float


@dataclass(frozen=True)
class ProcessFile:
    """The processes that one owner started, kept on disk for those who clean up after it."""

    owner: int
    processes: list[ProcessRecord]


def never() -> bool:
    """Return False."""
    return False


def record_of(name: str, pid: int, grace_seconds: float) -> ProcessRecord:
    """Return the record of a process that was started just now and not yet waited for."""
    return ProcessRecord(name, pid, psutil.Process(pid).create_time(), grace_seconds)


def write_process_file(path: Path, content: ProcessFile) -> None:
    """Replace the file at once: a reader never sees half of it."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(content), indent=2))
    partial.replace(path)


def read_process_file(path: Path) -> ProcessFile | None:
    """Return what the file says, or None when there is no (readable) file."""
    try:
        content = json.loads(path.read_text())
        records = [ProcessRecord(**record) for record in content["processes"]]
        return ProcessFile(int(content["owner"]), records)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_same(process: psutil.Process, record: ProcessRecord) -> bool:
    return abs(process.create_time() - record.started) < START_TOLERANCE_SECONDS


def _descendants(record: ProcessRecord) -> list[psutil.Process]:
    try:
        leader = psutil.Process(record.pid)
        if _is_same(leader, record):
            return [leader, *leader.children(recursive=True)]
    except psutil.NoSuchProcess:
        pass
    return []


def _session_of(process: psutil.Process) -> int:
    try:
        return os.getsid(process.pid)
    except (ProcessLookupError, PermissionError):
        return -1


def _members(record: ProcessRecord, everyone: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Return the processes of the record's session that are not older than its leader."""
    members = []
    for process in everyone:
        try:
            if _session_of(process) == record.pid and process.create_time() >= record.started - 1:
                members.append(process)
        except psutil.NoSuchProcess:
            continue
    return members


def _leader_is_recycled(record: ProcessRecord) -> bool:
    try:
        return not _is_same(psutil.Process(record.pid), record)
    except psutil.NoSuchProcess:
        return False


def find_trees(records: Iterable[ProcessRecord]) -> list[psutil.Process]:
    """Return all living processes of these trees: descendants and members of their sessions.

    A process id that now belongs to something else is recognised by its start time and left alone.
    """
    everyone = list(psutil.process_iter())
    found: dict[int, psutil.Process] = {}
    for record in records:
        if _leader_is_recycled(record):
            continue
        tree = _descendants(record) + _members(record, everyone)
        found.update({process.pid: process for process in tree})
    return [process for process in found.values() if _is_alive(process)]


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _signal(processes: Iterable[psutil.Process], send: Callable[[psutil.Process], None]) -> None:
    for process in processes:
        try:
            send(process)
        except psutil.NoSuchProcess:
            continue


def end_trees(
    records: Sequence[ProcessRecord], grace_seconds: float | None = None, hurry: Callable[[], bool] = never
) -> None:
    """Ask the leaders to end, each within its own grace, and kill what is then left of their trees.

    ``grace_seconds`` is an upper limit for all. When ``hurry`` turns true nothing more is waited for.
    """
    trees = {record: find_trees([record]) for record in records}
    leaders = {record.pid for record in records}
    _signal([p for tree in trees.values() for p in tree if p.pid in leaders], psutil.Process.terminate)
    start = time.monotonic()
    while trees:
        passed = time.monotonic() - start
        for record, tree in list(trees.items()):
            allowed = record.grace_seconds if grace_seconds is None else min(record.grace_seconds, grace_seconds)
            if passed >= allowed or hurry() or not any(map(_is_alive, tree)):
                _kill_rest(record, tree)
                del trees[record]
        time.sleep(POLL_SECONDS)


def _kill_rest(record: ProcessRecord, tree: Iterable[psutil.Process]) -> None:
    # Look again: a tree may have grown while it was ending.
    rest = {process.pid: process for process in [*tree, *find_trees([record])]}
    _signal([process for process in rest.values() if _is_alive(process)], psutil.Process.kill)
