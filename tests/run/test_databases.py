"""The databases of the local cloud: what a run says of them, and what it needs for them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from dagspec.run.addresses import database_addresses
from dagspec.run.errors import RunError
from dagspec.run.ports import LOOPBACK, free_port
from dagspec.run.services import check_snowflake

OPERATORS = ["snowflake.sql", "airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator"]


@contextmanager
def telling(status: dict[str, Any]) -> Iterator[str]:
    """A server whose every page is this status; its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(status).encode())

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with HTTPServer((LOOPBACK, 0), Page) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://{LOOPBACK}:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("states", [("idle", "waiting"), ("running", "running")])
def test_the_addresses_of_those_that_listen(states: tuple[str, str]) -> None:
    with telling({"redshift": {"port": 5, "state": states[0]}, "snowflake": {"port": 6, "state": states[1]}}) as url:
        told = database_addresses(url)
    assert told["Redshift"] == "127.0.0.1:5, user awsuser, database dev"
    assert told["Snowflake"].startswith("https://localhost:6, ")


@pytest.mark.parametrize("snowflake", [{"port": 6, "state": "not set up"}, {"port": 6, "state": "failed"}, None])
def test_what_does_not_serve_has_no_address(snowflake: dict[str, Any] | None) -> None:
    with telling({"redshift": {"port": 5, "state": "idle"}, "snowflake": snowflake}) as url:
        assert list(database_addresses(url)) == ["Redshift"]


def test_a_cloud_that_does_not_say_has_no_addresses() -> None:
    assert database_addresses(f"http://{LOOPBACK}:{free_port()}") == {}


@pytest.mark.parametrize("operator", OPERATORS)
def test_snowflake_needs_its_environment(tmp_path: Path, operator: str) -> None:
    with pytest.raises(RunError, match=r"\.venv-snowflake/bin/python is missing: run `make setup` first"):
        check_snowflake(tmp_path, ["emr.spark", operator])


def test_other_specs_do_not(tmp_path: Path) -> None:
    check_snowflake(tmp_path, ["emr.spark", "redshift.sql"])


def test_snowflake_with_its_environment(tmp_path: Path) -> None:
    python = tmp_path / ".venv-snowflake/bin/python"
    python.parent.mkdir(parents=True)
    python.touch()
    check_snowflake(tmp_path, OPERATORS)
