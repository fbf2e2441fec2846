"""ingest.sh: the whole file reaches S3, or nothing does."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from nyc_jobs import ROOT

SCRIPT = ROOT / "spark_jobs/iris/ingest.sh"
BUCKET = "lake"
KEY = "in/iris.data"
TARGET = f"s3://{BUCKET}/{KEY}"
CONTENT = (ROOT / "samples/iris/iris.data").read_bytes()
HALF = CONTENT[: len(CONTENT) // 2]


class Publisher(BaseHTTPRequestHandler):
    """Sends the file, or what goes wrong on the way."""

    protocol_version = "HTTP/1.1"
    refusals = 0

    def do_GET(self) -> None:
        getattr(self, self.path.removeprefix("/"))()
        self.close_connection = True

    def whole(self) -> None:
        self.answer(CONTENT, {"Content-Length": str(len(CONTENT))})

    def half(self) -> None:
        self.answer(HALF, {"Content-Length": str(len(CONTENT))})

    def half_in_chunks(self) -> None:
        self.answer(b"%x\r\n%b\r\n" % (len(HALF), HALF), {"Transfer-Encoding": "chunked"})

    def blank(self) -> None:
        self.answer(b"\n \n", {"Content-Length": "3"})

    def gone(self) -> None:
        self.send_error(404)

    def busy_at_first(self) -> None:
        type(self).refusals += 1
        self.send_error(503) if self.refusals < 3 else self.whole()

    def answer(self, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Publisher) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@dataclass(frozen=True)
class Machine:
    """A cluster's node: its programs, its scratch folder, and S3."""

    environment: dict[str, str]
    scratch: Path
    s3: Any

    def ingest(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", SCRIPT, *arguments], env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )

    def objects(self) -> dict[str, bytes]:
        listed = self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {one["Key"]: self.s3.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in listed}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    server.stop()


@pytest.fixture
def machine(endpoint: str, tmp_path: Path) -> Machine:
    """With the object of an earlier run in place."""
    login = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **login)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"earlier")
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
        "TMPDIR": str(tmp_path),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        **{name.upper(): value for name, value in login.items()},
    }
    return Machine(environment, tmp_path, s3)


def test_a_download_reaches_s3_as_it_is(machine: Machine, url: str) -> None:
    done = machine.ingest(f"{url}/whole", TARGET)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"wrote 4551 bytes of {url}/whole to {TARGET}\n"
    assert machine.objects() == {KEY: CONTENT}
    assert list(machine.scratch.iterdir()) == []


def test_an_object_of_s3_is_copied(machine: Machine) -> None:
    machine.s3.put_object(Bucket=BUCKET, Key="source.data", Body=CONTENT)
    assert machine.ingest(f"s3://{BUCKET}/source.data", TARGET).returncode == 0
    assert machine.objects()[KEY] == CONTENT
    machine.s3.delete_object(Bucket=BUCKET, Key="source.data")


def test_a_server_that_is_busy_is_asked_again(machine: Machine, url: str) -> None:
    assert machine.ingest(f"{url}/busy_at_first", TARGET).returncode == 0
    assert machine.objects() == {KEY: CONTENT}


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("half", "retrieval incomplete: got only 2275 out of 4551 bytes"),
        ("half_in_chunks", "IncompleteRead"),
        ("gone", "HTTP Error 404"),
        ("blank", "has no text"),
    ],
)
def test_what_cannot_be_had_whole_leaves_the_object_as_it_was(
    machine: Machine, url: str, page: str, reason: str
) -> None:
    done = machine.ingest(f"{url}/{page}", TARGET)
    assert done.returncode == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert all(line.startswith("ingest.sh: ") for line in lines)
    assert f"{url}/{page}" in lines[0] and reason in lines[0]
    assert lines[-1].endswith(f"{TARGET} stays as it was")
    assert machine.objects() == {KEY: b"earlier"}
    assert list(machine.scratch.iterdir()) == []


def test_a_killed_download_leaves_the_object_as_it_was(machine: Machine) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Publisher) as silent:  # it takes the connection and says nothing
        source = f"http://127.0.0.1:{silent.server_port}/whole"
        process = subprocess.Popen(["bash", SCRIPT, source, TARGET], env=machine.environment, start_new_session=True)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        os.killpg(process.pid, 15)
        assert process.wait(10) != 0
    assert machine.objects() == {KEY: b"earlier"}


def test_an_object_that_is_not_there(machine: Machine) -> None:
    done = machine.ingest(f"s3://{BUCKET}/nowhere", TARGET)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"ingest.sh: {TARGET} stays as it was"
    assert machine.objects() == {KEY: b"earlier"}


def test_a_target_that_cannot_be_written(machine: Machine, url: str) -> None:
    done = machine.ingest(f"{url}/whole", "s3://no-such-bucket/iris.data")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "ingest.sh: cannot write s3://no-such-bucket/iris.data"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "it takes two arguments: SOURCE TARGET"),
        (["ftp://x/y", TARGET], "SOURCE must begin with http://, https:// or s3://, not ftp://x/y"),
        (["http://x/y", "s3://lake/in/"], "TARGET must be an object, s3://bucket/key, not s3://lake/in/"),
    ],
)
def test_wrong_arguments_are_one_line_and_status_2(machine: Machine, arguments: list[str], message: str) -> None:
    done = machine.ingest(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"ingest.sh: {message}\n")
