"""One local cloud: its folders, its services, its HTTP server, its end."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcloud.layout import SNOWFLAKE_PYTHON, Layout, SetupError
from localcloud.processes import Supervisor
from localcloud.redshift.service import Redshift
from localcloud.snowflake.lazy import LazySnowflake, listen
from localcloud.spark.jvm import WarmSpark

if TYPE_CHECKING:
    from localcloud.snowflake.absent import AbsentSnowflake

_HOST = "127.0.0.1"
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True)
class Ports:
    """Where the parts listen on 127.0.0.1; 0 takes a free port."""

    aws: int
    redshift: int
    snowflake: int


def serve(root: Path, ports: Ports, *, warm: bool) -> None:
    """Serve until SIGTERM or SIGINT. SetupError if it cannot start."""
    stop = threading.Event()
    for number in _SIGNALS:
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as stack:
        listener = stack.enter_context(_listen(ports.aws))
        layout = Layout(root.resolve(), f"http://{_HOST}:{listener.getsockname()[1]}")
        layout.make_folders()
        stack.enter_context(_only_server(layout))
        supervisor = Supervisor(layout)
        stack.callback(supervisor.close)
        redshift = Redshift(layout, supervisor, ports.redshift)
        stack.callback(redshift.close)
        snowflake = _snowflake(layout, supervisor, ports.snowflake)
        stack.callback(snowflake.close)
        snowflake.start()
        spark = WarmSpark(layout, supervisor, warm=warm)
        stack.callback(spark.close)
        spark.start()
        stack.enter_context(_serving(listener, layout, supervisor, spark, redshift, snowflake))
        print(f"READY {layout.endpoint}", flush=True)
        stop.wait()


def _snowflake(layout: Layout, supervisor: Supervisor, port: int) -> LazySnowflake | AbsentSnowflake:
    """Snowflake, or what says that it is not set up: who does not use it needs no third environment."""
    if SNOWFLAKE_PYTHON.exists():
        return LazySnowflake(supervisor, SNOWFLAKE_PYTHON, layout.snowflake, layout.s3, port)
    from localcloud.snowflake.absent import AbsentSnowflake  # it needs packages that are slow to import

    return AbsentSnowflake(listen(port), layout.snowflake)


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError as error:
        listener.close()
        message = f"port {port} cannot be used: {error.strerror}; choose another --port (0 takes a free one)"
        raise SetupError(message) from error
    listener.listen(128)
    return listener


@contextmanager
def _only_server(layout: Layout) -> Iterator[None]:
    """Hold the root's lock; the system lets go of it when the process ends, however it ends."""
    with (layout.state / "server.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            owner = lock.read().strip()
            message = f"another local cloud (process {owner}) serves {layout.root}: stop it or choose another --root"
            raise SetupError(message) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def _serving(
    listener: socket.socket,
    layout: Layout,
    supervisor: Supervisor,
    spark: WarmSpark,
    redshift: Redshift,
    snowflake: LazySnowflake | AbsentSnowflake,
) -> Iterator[None]:
    """Answer requests in the background; at the end, kill the programs of all steps."""
    os.environ["S3_IGNORE_SUBDOMAIN_BUCKETNAME"] = "true"
    # heavy imports, after everything that can refuse to start
    from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    from localcloud import http
    from localcloud.emr import backend as emr
    from localcloud.glue import backend as glue
    from localcloud.redshift import control
    from localcloud.s3 import backend as s3
    from localcloud.s3 import events
    from localcloud.services import Services

    services = Services(layout, supervisor, spark)
    s3.register(layout.s3)
    emr.register(services)
    glue.register(services)
    control.register(redshift, layout)
    aws = DomainDispatcherApplication(create_backend_app)

    def status() -> dict[str, Any]:
        running = {"steps": emr.running_jobs(), "job_runs": glue.running_jobs()}
        warehouses = {"redshift": redshift.status(), "snowflake": _snowflake_status(snowflake)}
        return {**_status(layout, spark), **running, **warehouses}

    app = http.compose(aws, status, lambda: _gateway(layout, spark))
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server(_HOST, 0, app, threaded=True, request_handler=MotoRequestHandler, fd=listener.fileno())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="http", daemon=True)
    thread.start()
    emr.resume(services)
    glue.resume(services)
    try:
        with events.watching():
            yield
    finally:
        server.shutdown()
        emr.close()
        glue.close()
        control.close()


def _status(layout: Layout, spark: WarmSpark) -> dict[str, Any]:
    return {"pid": os.getpid(), "root": str(layout.root), "spark": spark.status()}


def _snowflake_status(snowflake: LazySnowflake | AbsentSnowflake) -> dict[str, Any]:
    return {"port": snowflake.port, "state": snowflake.state, "pid": snowflake.pid}


def _gateway(layout: Layout, spark: WarmSpark) -> dict[str, Any] | None:
    if not spark.warm:
        return None
    gateway = spark.gateway()
    return {"port": gateway.port, "secret": gateway.secret, "log": str(layout.spark_log)}
