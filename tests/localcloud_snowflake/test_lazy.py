"""The lazy start in the main process: nothing runs before the first connection."""

import os
import subprocess

from conftest import REPOSITORY

PYTHON = REPOSITORY / ".venv-localcloud" / "bin" / "python"
SCRIPT = """
import os, subprocess, sys, time
from pathlib import Path
from localcloud.layout import Layout
from localcloud.processes import Supervisor
from localcloud.snowflake.lazy import LazySnowflake

root, python = Path(sys.argv[1]), Path(sys.argv[2])
layout = Layout(root, "http://127.0.0.1:1")
layout.make_folders()
supervisor = Supervisor(layout)
lazy = LazySnowflake(supervisor, python, root / "snowflake", layout.s3)
lazy.start()
assert (lazy.state, lazy.pid) == ("waiting", None), lazy.state
environment = {**os.environ, "REQUESTS_CA_BUNDLE": str(lazy.bundle)}
client = (
    "import snowflake.connector as s;"
    f"c = s.connect(account='local', user='u', password='p', host='localhost', port={lazy.port}, database='D');"
    "r = c.cursor().execute;"
    "r('CREATE TABLE IF NOT EXISTS t (a INT)'); r('INSERT INTO t VALUES (1)');"
    "print(r('SELECT COUNT(*) FROM t').fetchall())"
)
ask = lambda: subprocess.run([str(python), "-c", client], env=environment, capture_output=True, text=True, timeout=30)
first = ask()
assert first.stdout == "[(1,)]\\n", first.stderr
assert lazy.state == "running"
os.kill(lazy.pid, 9)
second = ask()
assert second.stdout == "[(2,)]\\n", second.stderr
pid = lazy.pid
lazy.close()
supervisor.close()
assert lazy.state == "closed"
try:
    os.kill(pid, 0)
    raise AssertionError("the server is still there")
except ProcessLookupError:
    print("DONE")
"""
BROKEN = """
import socket, sys, time
from pathlib import Path
from localcloud.layout import Layout, SetupError
from localcloud.processes import Supervisor
from localcloud.snowflake.lazy import LazySnowflake

root = Path(sys.argv[1])
layout = Layout(root, "http://127.0.0.1:1")
layout.make_folders()
supervisor = Supervisor(layout)
try:
    LazySnowflake(supervisor, root / "no-python", root / "snowflake", layout.s3).start()
except SetupError as error:
    print(error)
(root / "snowflake" / "tls").mkdir(parents=True)
(root / "snowflake" / "tls" / "ca-bundle.pem").touch()
lazy = LazySnowflake(supervisor, Path("/bin/false"), root / "snowflake", layout.s3)
lazy.start()
with socket.create_connection(("127.0.0.1", lazy.port)) as client:
    client.settimeout(10)
    try:
        print("answer", client.recv(1))
    except OSError:
        print("answer reset")
print(lazy.state)
lazy.close()
supervisor.close()
"""


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [str(PYTHON), "-c", script, *map(str, arguments)]
    return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=90)


def test_it_starts_at_the_first_connection_and_again_after_a_death(tmp_path) -> None:
    done = run(SCRIPT, tmp_path, REPOSITORY / ".venv-snowflake" / "bin" / "python")
    assert done.stdout.endswith("DONE\n"), done.stderr


def test_a_server_that_cannot_start_refuses_instead_of_hanging(tmp_path) -> None:
    done = run(BROKEN, tmp_path)
    assert "run `make setup`" in done.stdout, done.stderr
    assert done.stdout.endswith("failed\n"), done.stdout
