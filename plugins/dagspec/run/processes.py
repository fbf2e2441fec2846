"""Start processes with log files and make sure that none of them outlives the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType

from dagspec.run.errors import InterruptedRunError, RunError
from dagspec.run.proctree import (
    ProcessFile,
    ProcessRecord,
    end_trees,
    read_process_file,
    record_of,
    write_process_file,
)

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LEFTOVER_GRACE_SECONDS = 3.0
# Somebody waits at the keyboard, and there is no result to lose.
INTERRUPTED_GRACE_SECONDS = 4.0
LOG_TAIL_LINES = 15


@dataclass(frozen=True)
class Command:
    """A process to start: its name in messages and logs, its arguments, environment and folder."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    grace_seconds: float = 10.0


@dataclass(frozen=True)
class Child:
    """A started process."""

    command: Command
    process: subprocess.Popen[bytes]
    record: ProcessRecord
    log: Path


def tail(log: Path, lines: int = LOG_TAIL_LINES) -> list[str]:
    """Return the last lines of a log file; none when it cannot be read."""
    try:
        return log.read_text(errors="replace").splitlines()[-lines:]
    except OSError:
        return []


class Supervisor:
    """Starts children in sessions of their own and ends them in reverse order.

    Use it as a context manager. While it is open, SIGINT, SIGTERM and SIGHUP raise
    ``InterruptedRunError`` once; a second signal cuts the children's grace short.
    """

    def __init__(self, state: Path) -> None:
        self._process_file = state / "processes.json"
        self._logs = state / "logs"
        self._batches: list[list[Child]] = []
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._old_handlers: dict[int, signal._HANDLER] = {}
        self._interrupted = False
        self._hurry = False
        self._held = False
        self._pending: int | None = None

    def __enter__(self) -> Supervisor:
        self._logs.mkdir(parents=True, exist_ok=True)
        self._end_leftovers()
        self._save()
        self._start_watchdog()
        for number in STOP_SIGNALS:
            self._old_handlers[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # From here on a signal must not raise: it would leave the loop below half done.
        self._interrupted = True
        for batch in reversed(self._batches):
            self._stop(batch, interrupted=isinstance(error, InterruptedRunError))
        self._process_file.unlink(missing_ok=True)
        self._stop_watchdog()
        for number, handler in self._old_handlers.items():
            signal.signal(number, handler)

    def start(self, commands: Sequence[Command]) -> list[Child]:
        """Start these commands side by side; they will also be stopped side by side."""
        batch: list[Child] = []
        self._batches.append(batch)
        for command in commands:
            # A signal between the start and the note of it would lose the child.
            with self._signals_held():
                batch.append(self._spawn(command))
                self._save()
        return batch

    def complete(self, command: Command, limit_seconds: float) -> None:
        """Run a command to its end; raise ``RunError`` when it fails or takes too long."""
        (child,) = self.start([command])
        try:
            code = child.process.wait(limit_seconds)
        except subprocess.TimeoutExpired:
            raise RunError(f"{command.name} takes over {limit_seconds:.0f} s; see {child.log}") from None
        self._batches.remove([child])
        if code != 0:
            raise RunError(_describe_death(child, code))

    def check(self) -> None:
        """Raise ``RunError`` when a child has ended by itself."""
        for child in self.children():
            code = child.process.poll()
            if code is not None:
                raise RunError(_describe_death(child, code))

    def children(self) -> list[Child]:
        """Return all started children in the order of their start."""
        return [child for batch in self._batches for child in batch]

    def _spawn(self, command: Command) -> Child:
        log = self._logs / f"{command.name}.log"
        try:
            with log.open("wb") as output:
                process = subprocess.Popen(
                    list(command.arguments),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=dict(command.environment),
                    cwd=command.folder,
                    start_new_session=True,
                )
        except OSError as error:
            raise RunError(f"{command.name} cannot be started: {error}") from error
        return Child(command, process, record_of(command.name, process.pid, command.grace_seconds), log)

    def _stop(self, batch: list[Child], interrupted: bool) -> None:
        limit = INTERRUPTED_GRACE_SECONDS if interrupted else None
        end_trees([child.record for child in batch], limit, hurry=lambda: self._hurry)
        for child in batch:
            child.process.wait()

    def _save(self) -> None:
        records = [child.record for child in self.children()]
        write_process_file(self._process_file, ProcessFile(os.getpid(), records))

    def _end_leftovers(self) -> None:
        leftover = read_process_file(self._process_file)
        if leftover is not None:
            end_trees(leftover.processes, LEFTOVER_GRACE_SECONDS)

    def _start_watchdog(self) -> None:
        self._watchdog = subprocess.Popen(
            [sys.executable, "-m", "dagspec.run.watchdog", str(os.getpid()), str(self._process_file)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def _stop_watchdog(self) -> None:
        if self._watchdog is not None and self._watchdog.stdin is not None:
            self._watchdog.stdin.close()
            self._watchdog.wait()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self._interrupted:
            self._hurry = True
            return
        if self._held:
            self._pending = number
            return
        self._interrupted = True
        raise InterruptedRunError(number)

    @contextmanager
    def _signals_held(self) -> Iterator[None]:
        """Put a signal off until the block is done (a blocked signal mask would reach the child)."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self._pending is not None:
            self._on_signal(self._pending, None)


def _describe_death(child: Child, code: int) -> str:
    reason = f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
    lines = "\n".join(f"    {line}" for line in tail(child.log)) or "    (the log is empty)"
    return f"{child.command.name} ended unexpectedly ({reason}). Its last lines:\n{lines}\n  Full log: {child.log}"
