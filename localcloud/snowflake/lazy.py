"""The local Snowflake in the main process: a port that is open at once, a server that starts at the first connection.

Needs the standard library only: the server itself runs in an environment of its own.
"""

from __future__ import annotations

import logging
import os
import select
import socket
import subprocess
import threading
from pathlib import Path

from localcloud.layout import HOME, SetupError
from localcloud.processes import Supervisor

log = logging.getLogger(__name__)
_HOST = "127.0.0.1"
_FAST_DEATH_SECONDS = 10.0
_MOST_FAST_DEATHS = 3
_GRACE_SECONDS = 5.0
_POLL_SECONDS = 0.2


class LazySnowflake:
    """Waits for the first connection, then starts the server on the same socket; starts it again if it dies.

    `state`: `waiting` (no process), `running`, `failed` (died at once three times; the log says why), `closed`.
    """

    def __init__(self, supervisor: Supervisor, python: Path, root: Path, s3_root: Path, port: int = 0) -> None:
        self.state = "closed"
        self.port = port
        self.log_file = root / "server.log"
        self.bundle = root / "tls" / "ca-bundle.pem"
        self._supervisor = supervisor
        self._command = [str(python), "-P", "-m", "localcloud.snowflake"]
        self._folders = ["--root", str(root)]
        self._s3 = ["--s3-root", str(s3_root)]
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None
        self._listener: socket.socket | None = None
        self._stopping, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._serve, name="snowflake", daemon=True)

    def start(self) -> None:
        """Open the port. SetupError if that is impossible, or if the certificates cannot be made."""
        self._root.mkdir(parents=True, exist_ok=True)
        if not self.bundle.exists():
            self._make_certificates()
        self._listener = listen(self.port)
        self.port = self._listener.getsockname()[1]
        self.state = "waiting"
        self._thread.start()

    def close(self) -> None:
        """Close the port and end the server, if it runs."""
        os.write(self._wake, b"x")
        if self._thread.is_alive():
            self._thread.join(_GRACE_SECONDS * 2)
        if self._listener:
            self._listener.close()
        for end in (self._stopping, self._wake):
            os.close(end)
        self.state = "closed"

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def _serve(self) -> None:
        fast_deaths = 0
        while self._connection_waits():
            lived = self._run()
            if lived is None:
                return
            fast_deaths = fast_deaths + 1 if lived < _FAST_DEATH_SECONDS else 0
            if fast_deaths >= _MOST_FAST_DEATHS:
                self._give_up()
                return

    def _connection_waits(self) -> bool:
        """Wait for a client, without taking its connection: that is the server's. False when closing."""
        assert self._listener  # noqa: S101 - it is set by now
        ready, _, _ = select.select([self._listener.fileno(), self._stopping], [], [])
        return self._stopping not in ready

    def _run(self) -> float | None:
        """One life of the server, in seconds; None if it was ended by `close`."""
        process = self._process = self._start_server()
        self.state = "running"
        lived = 0.0
        while process.poll() is None:
            closing, _, _ = select.select([self._stopping], [], [], _POLL_SECONDS)
            lived += _POLL_SECONDS
            if closing:
                self._end(process)
                return None
        log.warning("the local Snowflake ended (%s): %s has its words", process.returncode, self.log_file)
        self._supervisor.forget(process)
        self.state = "waiting"
        return lived

    def _start_server(self) -> subprocess.Popen[bytes]:
        assert self._listener  # noqa: S101 - it is set by now
        with self.log_file.open("ab") as words:
            return self._supervisor.start(
                [*self._command, "serve", *self._folders, *self._s3, "--fd", "0"],
                HOME,
                stdin=self._listener.fileno(),
                stdout=words,
                stderr=words,
                env={"PYTHONPATH": str(HOME)},
            )

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._supervisor.forget(process)

    def _give_up(self) -> None:
        """Refuse connections rather than let clients wait for a server that cannot start."""
        self.state = "failed"
        log.error("the local Snowflake does not start: %s says why", self.log_file)
        if self._listener:
            self._listener.close()

    def _make_certificates(self) -> None:
        """Clients are told the file before the first connection, so it must be there."""
        command = [*self._command, "certificates", *self._folders]
        try:
            done = subprocess.run(
                command, cwd=HOME, env=self._environment(), capture_output=True, text=True, check=False
            )
        except OSError as error:
            message = (
                f"the local Snowflake needs {self._command[0]}, which cannot be run: {error.strerror}; run `make setup`"
            )
            raise SetupError(message) from error
        if done.returncode:
            raise SetupError(f"cannot make the certificates of the local Snowflake: {done.stderr.strip()}")

    def _environment(self) -> dict[str, str]:
        return {**self._supervisor.environment, "PYTHONPATH": str(HOME)}


def listen(port: int) -> socket.socket:
    """A listening socket on a port, 0 for a free one. SetupError if it cannot be had."""
    try:
        return socket.create_server((_HOST, port), backlog=128)
    except OSError as error:
        reason, help_ = os.strerror(error.errno or 0), "choose another --snowflake-port (0 takes a free one)"
        raise SetupError(f"port {port} for Snowflake cannot be used: {reason}; {help_}") from error
