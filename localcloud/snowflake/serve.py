"""Start and end of the server."""

from __future__ import annotations

import asyncio
import logging
import socket
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from localcloud.layout import SetupError
from localcloud.snowflake import front, pinned, tls
from localcloud.snowflake.login import account_of

log = logging.getLogger(__name__)
_HOST = "127.0.0.1"
_GRACE_SECONDS = 3


@dataclass(frozen=True)
class Settings:
    """How to serve. `listener`: a socket that another process has bound."""

    root: Path
    s3_root: Path
    port: int
    account: str
    idle_seconds: float
    listener: int | None = None


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. SetupError if it cannot start."""
    pinned.check()
    warnings.filterwarnings("ignore", "Arrow output on a DB-API result")  # how fakesnow reads each result
    root = settings.root.resolve()
    listener = socket.socket(fileno=settings.listener) if settings.listener is not None else _listen(settings.port)
    files = tls.certificates(root / "tls")
    application = _application(settings, root)
    config = uvicorn.Config(
        application,
        ssl_certfile=files.server,
        ssl_keyfile=files.server_key,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    asyncio.run(_run(uvicorn.Server(config), listener))


def _application(settings: Settings, root: Path) -> Any:
    # heavy imports, after what can refuse to start
    from localcloud.snowflake import store
    from localcloud.snowflake.app import application
    from localcloud.snowflake.connection import Account
    from localcloud.snowflake.storage import Storage
    from localcloud.snowflake.users import Users

    storage = Storage(settings.s3_root.resolve())
    account = Account(account_of(settings.account), root / "databases", storage, Users(root / "users"))
    snow = store.open_account(account)
    return application(snow, root / "statements", settings.idle_seconds)


async def _run(server: uvicorn.Server, listener: socket.socket) -> None:
    with _listen(0) as inner:
        entrance = await front.listen(listener, inner.getsockname()[1])
        print(f"READY https://localhost:{listener.getsockname()[1]}", flush=True)
        await server.serve(sockets=[inner])
        entrance.close()


def _listen(port: int) -> socket.socket:
    try:
        bound = socket.create_server((_HOST, port), backlog=128)
    except OSError as error:
        message = f"port {port} cannot be used: {error.strerror}; choose another --port (0 takes a free one)"
        raise SetupError(message) from error
    # asyncio sends small packets at once only on a socket that knows its protocol
    return socket.socket(fileno=bound.detach())
