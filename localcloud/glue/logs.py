"""What a job run prints, in the log groups of CloudWatch Logs, while it runs."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from moto.core.utils import unix_time_millis, utcnow

_PAUSE_SECONDS = 0.3
_MOST_LINES = 10_000
_LONGEST_LINE = 10_000


class _Stream:
    """One log file as one stream of events."""

    def __init__(self, cloudwatch: Any, group: str, name: str, file: Path) -> None:
        cloudwatch.ensure_log_group(group)
        cloudwatch.ensure_log_stream(group, name)
        self._cloudwatch, self._group, self._name = cloudwatch, group, name
        self._file = file
        self._position = 0
        self._lines = 0

    def pump(self, *, to_the_end: bool = False) -> None:
        """Send the lines that are new; the last one only when it is complete, or `to_the_end`."""
        if self._lines > _MOST_LINES or not self._file.exists():
            return
        with self._file.open("rb") as stream:
            stream.seek(self._position)
            new = stream.read()
        if not to_the_end:
            new = new[: new.rfind(b"\n") + 1]
        self._position += len(new)
        self._send(new.decode("utf-8", "replace").splitlines())

    def _send(self, lines: list[str]) -> None:
        room = _MOST_LINES - self._lines
        self._lines += len(lines)
        if len(lines) > room:
            lines = [*lines[:room], f"(no more here: the whole log is {self._file})"]
        now = int(unix_time_millis(utcnow()))
        # CloudWatch refuses empty messages
        events = [{"timestamp": now, "message": line[:_LONGEST_LINE] or " "} for line in lines]
        if events:
            self._cloudwatch.put_log_events(self._group, self._name, events)


class RunLogs:
    """The logs of one run: `<group>/output` and `<group>/error`, the stream is the run's id."""

    def __init__(self, cloudwatch: Any, group: str, run_id: str, folder: Path) -> None:
        self._streams = [
            _Stream(cloudwatch, f"{group}/output", run_id, folder / "stdout"),
            _Stream(cloudwatch, f"{group}/error", run_id, folder / "stderr"),
        ]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name=f"logs-{run_id}", daemon=True)

    def start(self) -> None:
        """Follow the files."""
        self._thread.start()

    def close(self) -> None:
        """Send what is left."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        for stream in self._streams:
            stream.pump(to_the_end=True)

    def _follow(self) -> None:
        while not self._ended.wait(_PAUSE_SECONDS):
            for stream in self._streams:
                stream.pump()
