"""Processes: none is lost, none that is not ours is ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from run_helpers import processes_in, wait_for

from dagspec.run.errors import InterruptedRunError, RunError
from dagspec.run.processes import Command, Supervisor
from dagspec.run.proctree import ProcessFile, ProcessRecord, record_of, write_process_file

SLEEP = "import time; time.sleep(600)"
# A child that changes its process group, and ignores being asked to end: the worst that may happen.
STUBBORN_PARENT = f"""
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", {SLEEP!r}], process_group=0)
{SLEEP}
"""


def python(code: str, folder: Path, name: str = "child", grace_seconds: float = 0.5) -> Command:
    return Command(name, [sys.executable, "-c", code], os.environ, folder, grace_seconds)


def test_the_whole_tree_ends_with_the_block(tmp_path: Path) -> None:
    with Supervisor(tmp_path / "state") as supervisor:
        supervisor.start([python(STUBBORN_PARENT, tmp_path)])
        wait_for(lambda: len(processes_in(tmp_path)) == 2)
    assert processes_in(tmp_path) == []
    assert not (tmp_path / "state" / "processes.json").exists()


def test_a_child_whose_leader_died_is_found_by_its_session(tmp_path: Path) -> None:
    with Supervisor(tmp_path / "state") as supervisor:
        (child,) = supervisor.start([python(STUBBORN_PARENT, tmp_path)])
        wait_for(lambda: len(processes_in(tmp_path)) == 2)
        child.process.kill()
        child.process.wait()
    assert processes_in(tmp_path) == []


def test_the_last_started_is_ended_first(tmp_path: Path) -> None:
    say = "import signal, sys, time; signal.signal(15, lambda *_: (open('order','a').write(sys.argv[1]), exit()))"
    with Supervisor(tmp_path / "state") as supervisor:
        for name in "ab":
            code = f"{say}; open(sys.argv[1], 'w'); {SLEEP}"
            command = Command(name, [sys.executable, "-c", code, name], os.environ, tmp_path)
            supervisor.start([command])
        wait_for(lambda: (tmp_path / "a").exists() and (tmp_path / "b").exists())
    assert (tmp_path / "order").read_text() == "ba"


def test_an_unexpected_end_tells_name_code_log_and_last_lines(tmp_path: Path) -> None:
    with Supervisor(tmp_path / "state") as supervisor:
        (child,) = supervisor.start([python("print('no space left'); exit(3)", tmp_path, "scheduler")])
        child.process.wait()
        with pytest.raises(RunError) as caught:
            supervisor.check()
    text = str(caught.value)
    assert "scheduler ended unexpectedly (exit code 3)" in text
    assert "no space left" in text
    assert str(child.log) in text


def test_a_killed_child_is_named_with_its_signal(tmp_path: Path) -> None:
    with Supervisor(tmp_path / "state") as supervisor:
        (child,) = supervisor.start([python(SLEEP, tmp_path)])
        child.process.kill()
        child.process.wait()
        with pytest.raises(RunError, match="killed by SIGKILL"):
            supervisor.check()


def test_a_missing_program_is_one_clear_error(tmp_path: Path) -> None:
    command = Command("cloud", ["/no/such/program"], os.environ, tmp_path)
    with Supervisor(tmp_path / "state") as supervisor, pytest.raises(RunError, match="cloud cannot be started"):
        supervisor.start([command])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_and_handlers_come_back(tmp_path: Path, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(InterruptedRunError) as caught, Supervisor(tmp_path / "state") as supervisor:
        supervisor.start([python(SLEEP, tmp_path)])
        os.kill(os.getpid(), number)
        time.sleep(5)
    assert caught.value.exit_code == 128 + number
    assert processes_in(tmp_path) == []
    assert signal.getsignal(number) is before


def test_a_second_signal_does_not_wait_for_the_grace(tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(InterruptedRunError), Supervisor(tmp_path / "state") as supervisor:
        supervisor.start([python(STUBBORN_PARENT, tmp_path, grace_seconds=60)])
        wait_for(lambda: len(processes_in(tmp_path)) == 2)
        start = time.monotonic()
        # The second signal comes from outside while the first is being handled.
        subprocess.Popen(["sh", "-c", f"sleep 1; kill -INT {os.getpid()}"])
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
    assert time.monotonic() - start < 3
    assert processes_in(tmp_path) == []


def test_a_killed_owner_leaves_nothing(tmp_path: Path) -> None:
    owner_code = f"""
import os, sys, time
from pathlib import Path
from dagspec.run.processes import Command, Supervisor
with Supervisor(Path("state")) as supervisor:
    supervisor.start([Command("c", [sys.executable, "-c", {STUBBORN_PARENT!r}], os.environ, Path.cwd(), 0.5)])
    time.sleep(600)
"""
    owner = subprocess.Popen([sys.executable, "-c", owner_code], cwd=tmp_path)
    # The owner, its watchdog, the child and the grandchild.
    wait_for(lambda: len(processes_in(tmp_path)) == 4)
    owner.kill()
    owner.wait()
    wait_for(lambda: processes_in(tmp_path) == [], limit_seconds=10)


def test_leftovers_of_an_earlier_run_are_ended(tmp_path: Path) -> None:
    leftover = subprocess.Popen([sys.executable, "-c", SLEEP], start_new_session=True)
    write_process_file(_state_file(tmp_path), ProcessFile(1, [record_of("old", leftover.pid, 1.0)]))
    with Supervisor(tmp_path / "state"):
        assert leftover.wait(5) == -signal.SIGTERM


def test_a_recycled_process_id_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", SLEEP], start_new_session=True)
    started = psutil.Process(stranger.pid).create_time()
    record = ProcessRecord("old", stranger.pid, started - 3600, 1.0)
    write_process_file(_state_file(tmp_path), ProcessFile(1, [record]))
    with Supervisor(tmp_path / "state"):
        assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"owner": 1}', '{"owner": 1, "processes": [{"pid": 1}]}'])
def test_a_broken_process_file_is_no_hindrance(tmp_path: Path, text: str) -> None:
    _state_file(tmp_path).write_text(text)
    with Supervisor(tmp_path / "state") as supervisor:
        assert supervisor.children() == []


def _state_file(folder: Path) -> Path:
    (folder / "state").mkdir(exist_ok=True)
    return folder / "state" / "processes.json"
