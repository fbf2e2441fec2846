"""What stands on Snowflake's port where `.venv-snowflake` is not there: every request is told so, in one sentence."""

from __future__ import annotations

import json
import logging
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from localcloud.snowflake import tls

log = logging.getLogger(__name__)
MESSAGE = "the local Snowflake is not set up: run `make setup`, then start the local cloud again"
_LOGIN = "/session/"
_SERVICE_UNAVAILABLE = "390189"
_PATIENCE_SECONDS = 30


class AbsentSnowflake:
    """Takes the place of `LazySnowflake`, with certificates, so that clients read the sentence and not a TLS error."""

    pid: int | None = None
    state = "not set up"

    def __init__(self, listener: socket.socket, root: Path) -> None:
        """Answer on a listening socket, with certificates below the folder of Snowflake's data."""
        files = tls.certificates(root / "tls")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.server, files.server_key)
        self.port: int = listener.getsockname()[1]
        self._server = _Server(listener.getsockname(), _Handler, bind_and_activate=False)
        self._server.socket.close()
        # a client that says nothing must not keep the others waiting: its thread shakes hands
        self._server.socket = context.wrap_socket(listener, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="snowflake", daemon=True)

    def start(self) -> None:
        """Answer, in the background."""
        self._thread.start()

    def close(self) -> None:
        """Close the port."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class's
        """A client that breaks off is no news."""
        log.debug("a client of Snowflake's port has gone: %s", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    timeout = _PATIENCE_SECONDS

    def do_POST(self) -> None:
        """Refuse; the connector wants to hear of a failed login by 200, and tries anything else again."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = {"success": False, "code": _SERVICE_UNAVAILABLE, "message": MESSAGE, "data": {}}
        body = json.dumps(answer).encode()
        self.send_response(200 if self.path.startswith(_LOGIN) else 422)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815 - the base class asks for this name

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing: the client is told."""
