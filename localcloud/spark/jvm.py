"""The warm Spark JVM: started with the server, shared by the steps, started again when it has died."""

from __future__ import annotations

import contextlib
import logging
import shutil
import struct
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from py4j.clientserver import ClientServer, JavaParameters, PythonParameters
from py4j.protocol import Py4JError

from localcloud.layout import Layout
from localcloud.processes import Supervisor
from localcloud.reaper import kill_group
from localcloud.spark import conf

log = logging.getLogger(__name__)
_START_SECONDS = 180.0


class SparkUnavailableError(Exception):
    """There is no Spark JVM to attach to; the message says why and where the log is."""


@dataclass(frozen=True)
class Gateway:
    """What a Python process needs to attach to the JVM."""

    port: int
    secret: str
    pid: int


class WarmSpark:
    """One Spark JVM. It ends with the server, because its standard input is a pipe of the server's."""

    def __init__(self, layout: Layout, supervisor: Supervisor, *, warm: bool) -> None:
        self.warm = warm
        self._layout = layout
        self._folder = layout.work / "warm"
        self._supervisor = supervisor
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._gateway: Gateway | None = None
        self._client: ClientServer | None = None
        self._started_in: float | None = None
        self._closed = False

    def start(self) -> None:
        """Start the JVM in the background."""
        if self.warm:
            threading.Thread(target=self._start_quietly, name="spark", daemon=True).start()

    def gateway(self) -> Gateway:
        """Wait for the JVM, started anew if it has died. SparkUnavailableError if it does not come up."""
        with self._starting:
            if not self._is_alive():
                self._start()
            assert self._gateway  # noqa: S101 - set by _start
            return self._gateway

    def cancel(self, job_group: str) -> None:
        """Cancel the Spark jobs of a step whose process has ended; nothing happens if there are none."""
        if self._client is None or not self._is_alive():
            return
        with contextlib.suppress(Py4JError, OSError):
            self._session().sparkContext().cancelJobGroup(job_group)

    def status(self) -> dict[str, Any]:
        """State, process id and start time, for the status page."""
        return {"state": self._state(), "pid": self._pid(), "started_in_seconds": self._started_in}

    def close(self) -> None:
        """End the JVM."""
        self._closed = True
        if self._process and self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def _state(self) -> str:
        if not self.warm:
            return "cold"
        if self._process is None or (self._process.poll() is None and self._gateway is None):
            return "starting"
        return "ready" if self._is_alive() else "dead"

    def _pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def _is_alive(self) -> bool:
        return self._gateway is not None and self._process is not None and self._process.poll() is None

    def _start_quietly(self) -> None:
        try:
            self.gateway()
        except SparkUnavailableError as error:
            log.warning("%s", error)

    def _start(self) -> None:
        began = time.monotonic()
        self._gateway, self._client = None, None
        if self._process:
            self._supervisor.forget(self._process)
        # the tables of an earlier JVM have gone with it, their files would be in the way
        shutil.rmtree(self._folder, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=self._layout.work) as folder:
            connection = Path(folder) / "connection"
            self._process = self._launch(connection)
            try:
                port, secret = self._wait_for(connection)
                self._client = self._connect(port, secret)
                self._session()  # the JVM's default, from which each step derives its own
            except (Py4JError, OSError, TimeoutError) as error:
                kill_group(self._process.pid)
                raise SparkUnavailableError(f"The Spark JVM did not start, see {self._layout.spark_log}") from error
        self._gateway = Gateway(port, secret, self._process.pid)
        self._started_in = round(time.monotonic() - began, 1)
        threading.Thread(target=self._warm_up, daemon=True).start()

    def _launch(self, connection: Path) -> subprocess.Popen[bytes]:
        submit = Path(self._supervisor.environment["SPARK_HOME"]) / "bin" / "spark-submit"
        settings = {
            **conf.defaults(self._layout.root),
            "spark.app.name": "localcloud",
            "spark.sql.warehouse.dir": str(self._folder / "warehouse"),
        }
        argv = [str(submit), *conf.as_arguments(settings), "pyspark-shell"]
        env = {
            "_PYSPARK_DRIVER_CONN_INFO_PATH": str(connection),
            "SPARK_LOCAL_DIRS": str(self._folder / "spark"),
        }
        with self._layout.spark_log.open("ab") as spark_log:
            return self._supervisor.start(
                argv, self._layout.work, stdin=subprocess.PIPE, stdout=spark_log, stderr=spark_log, env=env
            )

    def _wait_for(self, connection: Path) -> tuple[int, str]:
        """The port and the secret that the JVM writes once its gateway listens."""
        assert self._process  # noqa: S101 - just started
        deadline = time.monotonic() + _START_SECONDS
        while not connection.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError
            time.sleep(0.05)
        content = connection.read_bytes()
        port, length = struct.unpack("!ii", content[:8])
        return port, content[8 : 8 + length].decode()

    def _connect(self, port: int, secret: str) -> ClientServer:
        return ClientServer(
            java_parameters=JavaParameters(port=port, auth_token=secret),
            python_parameters=PythonParameters(port=0, eager_load=False),
        )

    def _session(self) -> Any:
        assert self._client  # noqa: S101 - callers have looked
        return self._client.jvm.org.apache.spark.sql.SparkSession.builder().getOrCreate()

    def _warm_up(self) -> None:
        """Load the classes that every job needs, so that the first step need not."""
        with contextlib.suppress(Py4JError, OSError):
            session = self._session().newSession()
            target = str(self._folder / "warm-up")
            session.sql("SELECT id % 3 AS k, CAST(id AS STRING) AS v FROM range(9)").createOrReplaceTempView("t")
            session.sql("SELECT k, count(DISTINCT v) AS n FROM t GROUP BY k").write().parquet(target)
            session.read().parquet(target).count()
