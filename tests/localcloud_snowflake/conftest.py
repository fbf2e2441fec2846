"""One server for all tests, a schema and a bucket for each."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import snowflake.connector
from snowflake.connector import DictCursor, SnowflakeConnection

from localcloud.snowflake import tls

REPOSITORY = Path(__file__).resolve().parents[2]
os.environ["SNOWFLAKE_DISABLE_PLATFORM_DETECTION"] = "true"
DATABASE = "TESTS"
CERTIFICATES: list[Path] = []


@dataclass
class Server:
    """A server of the local Snowflake, as its own process."""

    root: Path
    s3: Path
    port: int
    process: subprocess.Popen[str]

    @property
    def bundle(self) -> Path:
        return self.root / "tls" / "ca-bundle.pem"

    def connect(self, **settings: Any) -> SnowflakeConnection:
        given = {"account": "local", "user": "tester", "host": "localhost", "port": self.port, "database": DATABASE}
        secret = {} if {"private_key", "password"} & set(settings) else {"password": "any"}
        return snowflake.connector.connect(**{**given, **secret, **settings})

    def stop(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.wait(10)


@pytest.fixture(scope="session", autouse=True)
def certificate_folder() -> Iterator[Path]:
    """One authority for all servers: the connector reads only once which one to trust."""
    with tempfile.TemporaryDirectory() as folder:
        CERTIFICATES.append(Path(folder) / "tls")
        os.environ["REQUESTS_CA_BUNDLE"] = str(tls.certificates(CERTIFICATES[0]).bundle)
        yield CERTIFICATES[0]


def start(root: Path, s3: Path, *options: str) -> Server:
    command = [sys.executable, "-m", "localcloud.snowflake", "serve", "--root", str(root), "--s3-root", str(s3)]
    process = subprocess.Popen(
        [*command, "--port", "0", *options],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=(root.parent / "server.log").open("a"),
        text=True,
    )
    assert process.stdout
    ready = process.stdout.readline()
    found = re.fullmatch(r"READY https://localhost:(\d+)\n", ready)
    assert found, (ready, (root.parent / "server.log").read_text())
    return Server(root, s3, int(found[1]), process)


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Server]:
    (folder / "s3" / "lake").mkdir(parents=True, exist_ok=True)
    shutil.copytree(CERTIFICATES[0], folder / "root" / "tls", dirs_exist_ok=True)
    server = start(folder / "root", folder / "s3", *options)
    try:
        yield server
    finally:
        server.stop(signal.SIGKILL)


@pytest.fixture(scope="session")
def server(certificate_folder: Path) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as started:
        yield started


class Session:
    """A session in an empty schema, with a bucket of its own."""

    def __init__(self, connection: SnowflakeConnection, bucket: Path) -> None:
        self.connection = connection
        self.bucket = bucket

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        return list(self.connection.cursor().execute(sql).fetchall())

    def rows(self, sql: str) -> list[dict[str, Any]]:
        return list(self.connection.cursor(DictCursor).execute(sql).fetchall())

    def value(self, sql: str) -> Any:
        return self.run(sql)[0][0]

    def write(self, key: str, text: str) -> Path:
        file = self.bucket / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def write_parquet(self, key: str, select: str) -> Path:
        file = self.write(key, "")
        duckdb.sql(f"COPY ({select}) TO '{file}' (FORMAT parquet)")
        return file


@pytest.fixture(scope="session")
def shared(server: Server) -> Iterator[SnowflakeConnection]:
    with server.connect() as connection:
        yield connection


@pytest.fixture
def session(server: Server, shared: SnowflakeConnection, request: pytest.FixtureRequest) -> Session:
    name = re.sub(r"\W", "", request.node.name)[:30].lower().replace("_", "-").strip("-")
    bucket = server.s3 / f"b-{abs(hash(request.node.nodeid)):x}-{name}"[:60].rstrip("-")
    bucket.mkdir()
    made = Session(shared, bucket)
    made.run(f"USE DATABASE {DATABASE}")
    made.run("CREATE OR REPLACE SCHEMA S")
    made.run(f"CREATE STAGE lake URL = 's3://{bucket.name}/' STORAGE_INTEGRATION = i")
    return made
