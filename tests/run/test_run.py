"""A run from the first process to the last, as users start it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow_fixture import TEST_PROJECT, copy_project
from run_helpers import finish, processes_in, start_run, wait_for


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that all tests of this module use one after the other: the second start is warm."""
    return copy_project(TEST_PROJECT, tmp_path_factory.mktemp("project"))


@pytest.fixture
def endless_run(project: Path) -> Iterator[subprocess.Popen[str]]:
    """A run whose tasks are at work: one in a worker, one in the triggerer."""
    run = start_run(project, "endless")
    try:
        wait_for(lambda: "sleep  running" in _read_line(run))
        yield run
    finally:
        run.kill()
        run.wait()


def _read_line(run: subprocess.Popen[str]) -> str:
    assert run.stdout is not None
    line = run.stdout.readline()
    assert line, "the run ended"
    return line


def test_a_good_run_shows_what_it_made_and_leaves_nothing(project: Path) -> None:
    code, output = finish(start_run(project, "good"))
    assert code == 0, output
    assert "spark.add_split  success" in output
    assert "s3://lake/itunes/artists/" in output
    assert "Drake" in output
    assert "_SUCCESS" not in output
    # this project's local cloud has no Redshift: a line, and still a success
    assert "warning: the local cloud does not tell its state: " in output
    assert processes_in(project) == []


def test_a_second_start_migrates_nothing(project: Path) -> None:
    migration = project / ".dagspec" / "logs" / "migrate.log"
    changed = migration.stat().st_mtime_ns
    code, output = finish(start_run(project, "good"))
    assert code == 0, output
    assert migration.stat().st_mtime_ns == changed


def test_a_failing_task_is_shown_with_the_end_of_its_log(project: Path) -> None:
    code, output = finish(start_run(project, "bad"))
    assert code == 1, output
    assert "spark.add_split failed. The end of its log:" in output
    assert "reading the flat table\\x1b[2J" in output
    assert "ValueError: column artist_id is missing" in output
    assert "attempt=1.log" in output
    assert processes_in(project) == []


def test_ctrl_c_ends_everything(project: Path, endless_run: subprocess.Popen[str]) -> None:
    endless_run.send_signal(signal.SIGINT)
    code, output = finish(endless_run, 30)
    assert code == 130
    assert "Stopped" in output
    assert processes_in(project) == []


def test_a_killed_run_leaves_nothing(project: Path, endless_run: subprocess.Popen[str]) -> None:
    endless_run.kill()
    wait_for(lambda: processes_in(project) == [], limit_seconds=20)


def test_a_second_run_is_refused_while_one_is_active(project: Path, endless_run: subprocess.Popen[str]) -> None:
    code, output = finish(start_run(project, "good"), 20)
    assert code == 2
    assert f"process {endless_run.pid}" in output.replace("\n", " ")
    assert endless_run.poll() is None


def test_a_dead_service_is_named(project: Path, endless_run: subprocess.Popen[str]) -> None:
    scheduler = next(p for p in processes_in(project) if "scheduler" in p.cmdline())
    os.kill(scheduler.pid, signal.SIGKILL)
    code, output = finish(endless_run, 30)
    assert code == 1
    assert "scheduler ended unexpectedly (killed by SIGKILL)" in output
    assert processes_in(project) == []


def test_keep_leaves_everything_up_until_ctrl_c(project: Path) -> None:
    run = start_run(project, "good", "100", "--keep")
    wait_for(lambda: "until you press Ctrl-C" in _read_line(run))
    assert any("scheduler" in process.cmdline() for process in processes_in(project))
    run.send_signal(signal.SIGINT)
    code, _ = finish(run, 30)
    assert code == 0
    assert processes_in(project) == []


def test_a_run_that_takes_too_long_is_ended(project: Path) -> None:
    code, output = finish(start_run(project, "endless", "3"))
    assert code == 1
    assert "not finished after 3 s" in output
    assert "sleep (running)" in output
    assert processes_in(project) == []


def test_an_unknown_dag_names_those_there_are(project: Path) -> None:
    code, output = finish(start_run(project, "godo"))
    assert code == 1
    assert "there is no DAG 'godo'; there are: bad, daily, endless, good" in output


def test_an_import_error_is_shown(tmp_path: Path) -> None:
    root = copy_project(TEST_PROJECT, tmp_path)
    (root / "dags" / "pipelines.py").write_text("from airflow.sdk import DAG\nimport no_such_module\n")
    code, output = finish(start_run(root, "good"))
    assert code == 1
    assert "pipelines.py cannot be imported" in output
    assert "No module named 'no_such_module'" in output
    assert processes_in(root) == []


def test_a_folder_without_dags_is_no_project(tmp_path: Path) -> None:
    code, output = finish(start_run(tmp_path, "good"), 20)
    assert code == 1
    assert "is not a project" in output.replace("\n", " ")
