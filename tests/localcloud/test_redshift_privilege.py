"""PostgreSQL, started by root."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from localcloud.redshift.postgres_programs import programs_folder
from localcloud.redshift.privilege import choose_runner

# with this file as /etc/passwd, in a mount namespace of its own: the machine's file stays as it is
IN_CONTAINER = ("unshare", "--mount", "--propagation", "private", "sh", "-c", 'mount --bind "$0" /etc/passwd && "$@"')
MOUNTS = (
    os.geteuid() == 0 and shutil.which("unshare") and subprocess.run(["unshare", "--mount", "true"]).returncode == 0
)


@pytest.mark.skipif(not MOUNTS, reason="needs root and namespaces")
def test_a_container_that_knows_root_and_nobody_only(tmp_path: Path) -> None:
    users = tmp_path / "passwd"
    users.write_text("root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n")
    home = tmp_path / "home"
    home.mkdir()
    runner = choose_runner(home, programs_folder())
    runner.own(home)
    initdb = runner.wrap([str(programs_folder() / "initdb"), "-D", str(home / "data"), "--no-sync"])
    made = subprocess.run([*IN_CONTAINER, str(users), *initdb], capture_output=True, text=True, check=False, cwd=home)
    assert made.returncode == 0, made.stderr
    assert (home / "data" / "PG_VERSION").exists()
