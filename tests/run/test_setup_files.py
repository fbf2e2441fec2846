"""Lock, ports, keys, environment: what a run prepares."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dagspec.run.environment import LocalEndpoints, airflow_environment
from dagspec.run.errors import AlreadyRunningError
from dagspec.run.lock import run_lock
from dagspec.run.paths import Paths
from dagspec.run.ports import LOOPBACK, choose_port, free_port
from dagspec.run.secrets import AirflowKeys, load_keys


def test_a_busy_port_is_replaced() -> None:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen()
        busy = listener.getsockname()[1]
        assert choose_port(busy) != busy


def test_a_free_port_is_kept() -> None:
    port = free_port()
    assert choose_port(port) == port


def test_keys_are_made_once_and_only_for_their_owner(tmp_path: Path) -> None:
    path = tmp_path / "state" / "keys.json"
    keys = load_keys(path)
    assert load_keys(path) == keys
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(keys.jwt.encode()) >= 64


def test_unreadable_keys_are_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text("{}")
    keys = load_keys(path)
    assert load_keys(path) == keys


def test_the_lock_names_its_holder_and_ends_with_it(tmp_path: Path) -> None:
    path = tmp_path / ".dagspec" / "run.lock"
    code = f"""
from pathlib import Path
from dagspec.run.lock import run_lock
with run_lock(Path({str(path)!r})):
    print("held", flush=True)
    input()
"""
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(AlreadyRunningError, match=f"process {holder.pid}"), run_lock(path):
        pass
    holder.kill()
    holder.communicate()
    with run_lock(path):
        assert path.read_text() == str(os.getpid())


def test_foreign_settings_do_not_reach_airflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://production")
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_CA_BUNDLE", "/bundle.pem")
    variables = _variables(tmp_path)
    assert "production" not in json.dumps(variables)
    assert variables["AWS_CA_BUNDLE"] == "/bundle.pem"
    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:5055"


def test_connections_lead_to_the_local_cloud(tmp_path: Path) -> None:
    variables = _variables(tmp_path)
    aws = json.loads(variables["AIRFLOW_CONN_AWS_DEFAULT"])
    assert aws["extra"]["endpoint_url"] == "http://127.0.0.1:5055"
    itunes = json.loads(variables["AIRFLOW_CONN_ITUNES_API"])
    assert itunes["host"] == "http://127.0.0.1:5055/itunes"
    redshift = json.loads(variables["AIRFLOW_CONN_REDSHIFT_DEFAULT"])
    assert (redshift["host"], redshift["port"], redshift["extra"]) == ("127.0.0.1", 5439, {"ssl": False})


def _variables(root: Path) -> dict[str, str]:
    endpoints = LocalEndpoints("http://127.0.0.1:5055", 8080, 5439)
    return airflow_environment(Paths(root), endpoints, AirflowKeys("j", "f", "s"), "local")
