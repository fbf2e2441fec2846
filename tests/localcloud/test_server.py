"""Start, stop, restart: what is said, what is kept, what is left."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest
from cloud import BUCKET, CHECKOUT, Cloud, command, serving, step, wait_for

STRAY = "setsid sleep 300 & sleep 300 & sleep 300"


def refused(root: Path, *options: str) -> str:
    result = subprocess.run(command(root, *options), cwd=CHECKOUT, capture_output=True, text=True, timeout=30)
    assert result.returncode == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1, result.stderr
    return result.stderr


@pytest.mark.parametrize("option", ["--port", "--redshift-port", "--snowflake-port"])
def test_a_busy_port(tmp_path: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        ports = {"--port": "0", "--redshift-port": "0", "--snowflake-port": "0", option: str(port)}
        message = refused(tmp_path, *[word for pair in ports.items() for word in pair])
    assert f"port {port} " in message
    assert "cannot be used: Address already in use" in message
    assert f"choose another {option} (0 takes a free one)" in message


def test_snowflake_is_not_set_up(tmp_path: Path) -> None:
    shutil.copytree(CHECKOUT / "localcloud", tmp_path / "localcloud", ignore=shutil.ignore_patterns("__pycache__"))
    with serving(tmp_path / "cloud", "--spark", "cold", folder=tmp_path) as cloud:
        status = cloud.status()["snowflake"]
        assert (status["state"], status["pid"]) == ("not set up", None)
        trusted = ssl.create_default_context(cafile=str(cloud.root / "snowflake" / "tls" / "ca-bundle.pem"))
        address = f"https://localhost:{status['port']}"
        login = f"{address}/session/v1/login-request?request_id=1"
        # one that says nothing does not hold up the others
        with socket.create_connection(("127.0.0.1", status["port"])):
            for _ in range(2):
                with urllib.request.urlopen(login, data=b"{}", timeout=10, context=trusted) as answer:
                    told = json.load(answer)
                assert not told["success"]
                assert "run `make setup`" in told["message"]
        with pytest.raises(urllib.error.HTTPError, match="422") as refusal:
            urllib.request.urlopen(f"{address}/api/v2/statements", data=b"{}", timeout=10, context=trusted)
        assert "run `make setup`" in json.load(refusal.value)["message"]
        cloud.s3.create_bucket(Bucket=BUCKET)


def test_a_busy_port_of_snowflake(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        message = refused(tmp_path, "--port", "0", "--redshift-port", "0", "--snowflake-port", port)
    assert f"port {port} for Snowflake cannot be used: Address already in use; choose another" in message


def test_a_second_server_on_the_same_root(cloud: Cloud) -> None:
    message = refused(cloud.root, "--port", "0", "--redshift-port", "0", "--snowflake-port", "0")
    assert f"another local cloud (process {cloud.process.pid}) serves {cloud.root}" in message


def test_a_root_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert f"cannot write to {tmp_path}/file/cloud" in refused(tmp_path / "file" / "cloud", "--port", "0")


def test_a_python_without_the_packages(tmp_path: Path) -> None:
    bare = [sys._base_executable, *command(tmp_path)[1:]]
    result = subprocess.run(bare, cwd=CHECKOUT, capture_output=True, text=True, timeout=30, env={})
    assert result.returncode == 2
    assert "use the Python of .venv-localcloud" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_help_has_an_example() -> None:
    result = subprocess.run(command(Path("x"), "--help"), cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert "python -m localcloud serve --root" in result.stdout


def test_only_loopback(cloud: Cloud) -> None:
    addresses = {
        item.laddr.ip for item in psutil.Process(cloud.process.pid).net_connections() if item.status == "LISTEN"
    }
    assert addresses == {"127.0.0.1"}
    jvm = psutil.Process(wait_for("Spark", lambda: cloud.status()["spark"]["pid"]))
    listening = {item.laddr.ip for item in jvm.net_connections() if item.status == "LISTEN"}
    assert listening <= {"127.0.0.1", "::ffff:127.0.0.1"}


@pytest.mark.parametrize("headers", [{"Origin": "http://example.com"}, {"Host": "example.com"}])
def test_a_web_page_cannot_call(cloud: Cloud, headers: dict[str, str]) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(urllib.request.Request(cloud.endpoint, headers=headers), timeout=10)


def test_moto_cannot_be_reset(cloud: Cloud) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{cloud.endpoint}/moto-api/reset", data=b"", timeout=10)


def test_the_itunes_search_is_mounted(cloud: Cloud) -> None:
    with urllib.request.urlopen(f"{cloud.endpoint}/itunes/search?term=Drake&limit=2", timeout=10) as answer:
        assert json.load(answer)["resultCount"] == 2


def test_status(cloud: Cloud) -> None:
    status = cloud.status()
    assert (status["pid"], status["root"]) == (cloud.process.pid, str(cloud.root))
    assert (status["snowflake"]["state"], status["snowflake"]["pid"]) == ("waiting", None)
    spark = wait_for("Spark", lambda: (s := cloud.status()["spark"])["state"] == "ready" and s)
    assert spark["started_in_seconds"] > 0


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_server(tmp_path: Path, ending: signal.Signals) -> None:
    with serving(tmp_path / "cloud") as cloud:
        cluster = cloud.cluster(log_uri="")
        (step_id,) = cloud.add(cluster, step("bash", "-c", STRAY))
        cloud.pid_of(step_id)
        wait_for("the JVM", lambda: cloud.status()["spark"]["pid"])
        # the one that cleans up, the JVM, and three of the step
        wait_for("the strays", lambda: len(cloud.processes()) >= 5)
        os.kill(cloud.process.pid, ending)
        cloud.process.wait(10)
        cloud.assert_nothing_left(seconds=10)
        assert cloud.process.returncode == (-9 if ending == signal.SIGKILL else 0)


def test_a_restart_in_the_middle(tmp_path: Path) -> None:
    root = tmp_path / "cloud"
    with serving(root, "--spark", "cold") as before:
        before.s3.create_bucket(Bucket=BUCKET)
        tagged = before.cluster(Tags=[{"Key": "run", "Value": "7"}])
        done = before.run(tagged, "true")[0]
        lost, queued = before.add(tagged, step("sleep", "300"), step("true"))
        doomed = before.cluster()
        (fatal,) = before.add(doomed, step("sleep", "300", on_failure="TERMINATE_CLUSTER"))
        ended = before.cluster(keep=False, Steps=[step("true")])
        reason = before.wait_cluster(ended, "TERMINATED")
        before.pid_of(lost)
        before.pid_of(fatal)
        description = before.emr.describe_cluster(ClusterId=tagged)["Cluster"]
        groups = before.emr.list_instance_groups(ClusterId=tagged)["InstanceGroups"]
        before.process.kill()
        before.process.wait()
        before.assert_nothing_left()

    with serving(root, "--spark", "cold") as after:
        assert after.wait_step(tagged, queued)["State"] == "COMPLETED"
        assert after.states(tagged) == {done: "COMPLETED", lost: "FAILED", queued: "COMPLETED"}
        assert "stopped while the step was running" in after.step_status(tagged, lost)["FailureDetails"]["Reason"]
        assert after.wait_cluster(doomed, "TERMINATED_WITH_ERRORS")["StateChangeReason"]["Code"] == "STEP_FAILURE"
        assert after.cluster_status(ended) == reason
        restored = after.emr.describe_cluster(ClusterId=tagged)["Cluster"]
        for name in ("Tags", "Name", "LogUri", "Applications", "ReleaseLabel", "AutoTerminate"):
            assert restored[name] == description[name]
        assert after.emr.list_instance_groups(ClusterId=tagged)["InstanceGroups"][0]["Id"] == groups[0]["Id"]
        assert after.run(tagged, "true")[1]["State"] == "COMPLETED"


def test_a_stop_leaves_running_steps_to_the_next_start(tmp_path: Path) -> None:
    with serving(tmp_path / "cloud", "--spark", "cold") as before:
        cluster = before.cluster(log_uri="")
        (step_id,) = before.add(cluster, step("sleep", "300"))
        before.pid_of(step_id)
    record = json.loads((tmp_path / "cloud" / "state" / f"{cluster}.json").read_text())
    assert record["steps"][0]["state"] == "RUNNING"
    (tmp_path / "cloud" / "state" / "j-BROKEN.json").write_text("{")
    with serving(tmp_path / "cloud", "--spark", "cold") as after:
        assert after.wait_step(cluster, step_id)["State"] == "FAILED"
        assert after.wait_cluster(cluster, "WAITING")
