"""The PostgreSQL server of the local Redshift: made, started, stopped, and started again when it has died."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from localcloud.processes import Supervisor
from localcloud.redshift.errors import PostgresUnavailableError
from localcloud.redshift.postgres_programs import end_leftovers, programs_folder
from localcloud.redshift.privilege import Runner, choose_runner

log = logging.getLogger(__name__)
OWNER = "rdsdb"  # Redshift's own name for the user that owns the system
_START_SECONDS = 60.0
_STOP_SECONDS = 5.0
_LONGEST_SOCKET_PATH = 100
_PORT = 5432  # names the socket only: nothing listens on TCP
_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "fsync": "off",
    "full_page_writes": "off",
    "track_commit_timestamp": "on",
    # a query whose client has gone ends soon
    "client_connection_check_interval": "1s",
    "logging_collector": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "jit": "off",
    "max_wal_size": "256MB",
}


class Postgres:
    """One PostgreSQL server over one data folder, reached by a socket that only this user can open."""

    def __init__(self, folder: Path, supervisor: Supervisor) -> None:
        self.log_file = folder / "postgres.log"
        self._folder = folder
        self._data = folder / "data"
        self._supervisor = supervisor
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None
        self._closed = False
        self.starts = 0

    def socket(self) -> Path:
        """The socket's path, after the server has been started if it did not run. PostgresUnavailableError."""
        with self._lock:
            if not self.is_running():
                self._start()
            return self._socket_folder() / f".s.PGSQL.{_PORT}"

    def dsn(self, database: str) -> dict[str, Any]:
        """What psycopg needs to connect as the owner."""
        return {"host": str(self.socket().parent), "port": _PORT, "user": OWNER, "dbname": database}

    def is_running(self) -> bool:
        """Whether the server's process lives."""
        return self._process is not None and self._process.poll() is None

    def pid(self) -> int | None:
        """The server's process id, if it lives."""
        return self._process.pid if self._process and self.is_running() else None

    def close(self) -> None:
        """Stop the server; sessions are cut off, what they have not committed is undone."""
        with self._lock:
            self._closed = True
            self._stop()

    def _start(self) -> None:
        if self._closed:
            raise PostgresUnavailableError("the local cloud is stopping")
        self._folder.mkdir(parents=True, exist_ok=True)
        self._forget()
        end_leftovers(self._data)
        # the lock of a killed server's socket holds as long as its process id is in use, be it by a zombie
        shutil.rmtree(self._socket_folder())
        programs = programs_folder()
        runner = choose_runner(self._folder, programs)
        if not (self._data / "PG_VERSION").exists():
            self._make_data_folder(runner, programs)
        self._launch(runner, programs)
        self._wait()
        self.starts += 1

    def _make_data_folder(self, runner: Runner, programs: Path) -> None:
        """Make the data under another name first, so that a killed attempt leaves no half-made folder."""
        with tempfile.TemporaryDirectory(dir=self._folder, prefix="new-") as name:
            new = Path(name)
            runner.own(new)
            options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
            argv = [str(programs / "initdb"), "-D", str(new / "data"), f"--username={OWNER}", *options]
            made = subprocess.run(runner.wrap(argv), capture_output=True, text=True, check=False, cwd=new)
            if made.returncode:
                raise PostgresUnavailableError(f"PostgreSQL's data folder cannot be made: {made.stderr.strip()}")
            (new / "data").rename(self._data)

    def _launch(self, runner: Runner, programs: Path) -> None:
        sockets = self._socket_folder()
        runner.own(sockets)
        settings = {**_SETTINGS, "unix_socket_directories": str(sockets), "port": str(_PORT)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        argv = runner.wrap([str(programs / "postgres"), "-D", str(self._data), *options])
        with self.log_file.open("ab") as output:
            self._process = self._supervisor.start(argv, self._folder, stdout=output, stderr=output)

    def _wait(self) -> None:
        """Wait until the postmaster writes that it is ready."""
        deadline = time.monotonic() + _START_SECONDS
        while not self._says_ready():
            if not self.is_running() or time.monotonic() > deadline:
                self._stop()
                raise PostgresUnavailableError(f"PostgreSQL did not start, see {self.log_file}")
            time.sleep(0.02)

    def _says_ready(self) -> bool:
        with contextlib.suppress(FileNotFoundError):
            lines = (self._data / "postmaster.pid").read_text().split()
            return lines[-1:] == ["ready"] and lines[0] == str(self.pid())
        return False

    def _stop(self) -> None:
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGINT)  # the fast shutdown
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._forget()
        end_leftovers(self._data)
        self._remove_sockets()

    def _forget(self) -> None:
        if self._process and self._process.poll() is not None:
            self._supervisor.forget(self._process)
            self._process = None

    def _socket_folder(self) -> Path:
        """The system limits a socket's path to 107 bytes, so a long root needs a folder elsewhere."""
        if self._sockets is None or not self._sockets.is_dir():
            own = self._folder / "run"
            if len(os.fsencode(own)) > _LONGEST_SOCKET_PATH - len(f"/.s.PGSQL.{_PORT}.lock"):
                own = Path(tempfile.mkdtemp(prefix="localcloud-"))
            own.mkdir(mode=0o700, exist_ok=True)
            self._sockets = own
        return self._sockets

    def _remove_sockets(self) -> None:
        if self._sockets:
            shutil.rmtree(self._sockets, ignore_errors=True)
        self._sockets = None
