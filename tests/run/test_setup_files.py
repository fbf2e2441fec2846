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
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from dagspec.run.environment import LocalEndpoints, airflow_environment
from dagspec.run.errors import AlreadyRunningError
from dagspec.run.lock import run_lock
from dagspec.run.paths import Paths
from dagspec.run.ports import LOOPBACK, choose_port, free_port
from dagspec.run.secrets import AirflowKeys, load_keys
from dagspec.run.snowflake import prepare_login


def test_a_busy_port_is_replaced() -> None:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen()
        busy = listener.getsockname()[1]
        assert choose_port(busy) != busy


def test_a_free_port_is_kept() -> None:
    port = free_port()
    assert choose_port(port) == port
    assert choose_port(port) == port


def test_a_port_that_another_run_has_chosen_is_replaced() -> None:
    port = free_port()
    other = f"from dagspec.run.ports import choose_port; print(choose_port({port}), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", other], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        assert run.stdout
        assert int(run.stdout.readline()) == port  # nobody listens on it yet
        assert choose_port(port) != port
        run.communicate(b"\n")
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
    snowflake = json.loads(variables["AIRFLOW_CONN_SNOWFLAKE_DEFAULT"])
    assert (snowflake["extra"]["host"], snowflake["extra"]["port"]) == ("localhost", 8443)
    assert "password" not in snowflake


def test_the_login_of_snowflake_is_a_key_pair_that_is_made_once(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    prepare_login(paths)
    private = paths.snowflake_key.read_text()
    assert stat.S_IMODE(paths.snowflake_key.stat().st_mode) == 0o600
    (user,) = (paths.snowflake / "users").iterdir()
    registered = json.loads(user.read_text())["public_keys"]["RSA_PUBLIC_KEY"]
    connection = json.loads(_variables(tmp_path)["AIRFLOW_CONN_SNOWFLAKE_DEFAULT"])
    assert (connection["login"], connection["extra"]["private_key_file"]) == (user.stem, str(paths.snowflake_key))
    key = load_pem_private_key(Path(connection["extra"]["private_key_file"]).read_bytes(), None)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert registered == public.decode()
    prepare_login(paths)
    assert paths.snowflake_key.read_text() == private


def test_snowflakes_clients_trust_the_local_authority(tmp_path: Path) -> None:
    variables = _variables(tmp_path)
    bundle = str(Paths(tmp_path).ca_bundle)
    assert variables["REQUESTS_CA_BUNDLE"] == variables["SSL_CERT_FILE"] == bundle
    assert variables["https://local.snowflakecomputing.com_proxy"] == "http://localhost:8443"


def _variables(root: Path) -> dict[str, str]:
    endpoints = LocalEndpoints(airflow_port=8080, cloud_port=5055, redshift_port=5439, snowflake_port=8443)
    return airflow_environment(Paths(root), endpoints, AirflowKeys("j", "f", "s"), "local")
