"""The local cloud's HTTP face: AWS's APIs, the status page, the iTunes search, and who may call them."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from localcloud.spark.jvm import SparkUnavailableError

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Any], Iterable[bytes]]
JsonPage = Callable[[], tuple[str, object]]
_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
_MOTO_CONTROL = "/moto-api"


def compose(aws: WsgiApp, status: Callable[[], object], spark: Callable[[], object]) -> WsgiApp:
    """The whole server as one WSGI application."""
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    mounts = {
        "/_localcloud/status": _json_page(lambda: ("200 OK", status())),
        "/_localcloud/spark": _json_page(lambda: _or_unavailable(spark)),
        _MOTO_CONTROL: _json_page(lambda: ("404 Not Found", {"error": f"{_MOTO_CONTROL} is switched off"})),
    }
    itunes = _itunes()
    if itunes:
        mounts["/itunes"] = itunes
    return _only_local_programs(DispatcherMiddleware(aws, mounts))


def _itunes() -> WsgiApp | None:
    try:
        app: WsgiApp = importlib.import_module("localcloud.itunes").app
    except ModuleNotFoundError as error:
        if error.name != "localcloud.itunes":
            raise
        return None
    return app


def _or_unavailable(page: Callable[[], object]) -> tuple[str, object]:
    try:
        return "200 OK", page()
    except SparkUnavailableError as error:
        return "503 Service Unavailable", {"error": str(error)}


def _json_page(page: JsonPage) -> WsgiApp:
    def app(_environ: Environ, start_response: Any) -> Iterable[bytes]:
        status, content = page()
        body = json.dumps(content).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(status, headers)
        return [body]

    return app


def _only_local_programs(app: WsgiApp) -> WsgiApp:
    """Refuse web pages: steps run programs, so a page in the user's browser must not reach the API."""

    def guarded(environ: Environ, start_response: Any) -> Iterable[bytes]:
        if not _is_local(environ.get("HTTP_HOST", "")) or "HTTP_ORIGIN" in environ:
            refuse = _json_page(lambda: ("403 Forbidden", {"error": "only programs on this machine may call"}))
            return refuse(environ, start_response)
        return app(environ, start_response)

    return guarded


def _is_local(host: str) -> bool:
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return name in _LOOPBACK_NAMES or name.endswith(".localhost")
