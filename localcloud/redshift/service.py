"""The local Redshift as a part of the local cloud."""

from __future__ import annotations

from typing import Any

from localcloud.layout import Layout, SetupError
from localcloud.processes import Supervisor
from localcloud.redshift.databases import Databases
from localcloud.redshift.postgres import Postgres
from localcloud.redshift.proxy import Proxy, listen

_HOST = "127.0.0.1"


class Redshift:
    """Listens at once; PostgreSQL starts with the first connection, so that a run without Redshift does not pay."""

    def __init__(self, layout: Layout, supervisor: Supervisor, port: int) -> None:
        """Listen on a port, 0 for a free one. SetupError if it cannot be had."""
        listener = listen(port, _HOST, lambda reason: SetupError(_refusal(port, reason)))
        self.port: int = listener.getsockname()[1]
        self._postgres = Postgres(layout.redshift, supervisor)
        self._proxy = Proxy(listener, self._postgres, Databases(self._postgres), layout.s3)
        self._proxy.start()

    def status(self) -> dict[str, Any]:
        """Port, state, PostgreSQL's process id and the number of sessions, for the status page."""
        pid = self._postgres.pid()
        state = "running" if pid else "idle"
        return {"port": self.port, "state": state, "pid": pid, "sessions": self._proxy.sessions()}

    def close(self) -> None:
        """Cut all sessions and stop PostgreSQL."""
        self._proxy.close()
        self._postgres.close()


def _refusal(port: int, reason: str) -> str:
    return f"port {port} for Redshift cannot be used: {reason}; choose another --redshift-port (0 takes a free one)"
