"""`dagspec lint`, `rules` and `explain` as a user meets them."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dagspec.cli import main

BASH = "operator: airflow.providers.standard.operators.bash.BashOperator"
WARNING = f"owner: data\ntasks:\n  a: {{{BASH}, bash_command: id}}\n"  # it has no schedule
SOUND = "schedule: null\n" + WARNING
ERROR = SOUND.replace("id}", "\"{{ ti.xcom_pull(task_ids='nobody') }}\"}")
TYPO = "descripton: a list\n" + SOUND


@pytest.fixture
def team(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(repository)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return repository


def write(team: Path, text: str, name: str = "one.yaml") -> Path:
    path = team / "dag_specs" / name
    path.write_text(text)
    return path


def lint(*arguments: str) -> int:
    try:
        return main(["lint", *arguments])
    except SystemExit as end:
        return int(end.code or 0)


def typed(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


@pytest.mark.parametrize(
    ("text", "code", "strict"), [(SOUND, 0, 0), (WARNING, 0, 1), (ERROR, 1, 1), (TYPO, 1, 1)], ids=["ok", "w", "e", "c"]
)
def test_errors_fail_and_warnings_fail_with_strict(text: str, code: int, strict: int, team: Path) -> None:
    write(team, text)
    assert lint() == code
    assert lint("--strict") == strict


def test_select_and_ignore_take_rules_and_tags(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(team, ERROR.replace("schedule: null\n", "").replace("owner: data\n", ""))

    def told(*arguments: str) -> set[str]:
        lint("--format", "json", *arguments)
        return {problem["rule"] for problem in json.loads(capsys.readouterr().out)["problems"]}

    assert told() == {"missing-schedule", "xcom-unknown-task"}
    assert told("--select", "time") == {"missing-schedule"}
    assert told("--select", "time,xcom-unknown-task") == {"missing-schedule", "xcom-unknown-task"}
    assert told("--ignore", "time", "--ignore", "expr") == set()
    assert told("--select", "missing-owner") == {"missing-owner"}
    assert told("--select", "care") == set()
    assert told("--pedantic", "--select", "care") == {"missing-owner"}
    write(team, TYPO)
    assert told("--select", "aws") == {"unknown-key"}, "a spec that does not load is never passed over"
    assert told("--ignore", "spec") == {"unknown-key"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select", "xcom-unknown-tsk"], 'no rule or tag "xcom-unknown-tsk"; did you mean "xcom-unknown-task"?'),
        (["--ignore", "secret"], 'no rule or tag "secret"; did you mean "secrets"'),
        (["--ignore", "unknown-key"], '"unknown-key" cannot be ignored: Airflow would not load the spec'),
        (["--select", ","], "argument --select: names at least one rule or tag"),
        (["--unsafe"], "--unsafe goes with --fix or --diff"),
        (["--watch", "--fix"], "--watch does not go with --fix or --diff"),
        (["--statistics", "--format", "sarif"], "--statistics goes with --format text"),
        (["--stdin-name", "x.yaml"], "--stdin-name goes with - (standard input)"),
        (["-", "dag_specs"], "standard input cannot be linted together with files"),
        (["-", "--fix"], "standard input cannot be mended in place: use --diff"),
        (["dag_specs", "nothing.yaml"], 'no such file or folder: "nothing.yaml"'),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(team, SOUND)
    assert lint(*arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\ndagspec") <= 1
    assert captured.out == ""


def test_an_empty_repository_is_no_success(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint() == 2
    assert "no spec files under dag_specs/" in capsys.readouterr().err


def test_standard_input(team: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typed("dag_id: orders\n" + SOUND, monkeypatch)
    assert lint("-") == 0
    assert capsys.readouterr().out == "No problems in 1 spec.\n"
    typed("dag_id: orders\n" + SOUND, monkeypatch)
    assert lint("-", "--stdin-name", "dag_specs/other.yaml") == 1
    assert capsys.readouterr().out.startswith("dag_specs/other.yaml:1:9: error[dag-id-not-file-name]")
    typed(TYPO, monkeypatch)
    assert lint("-", "--diff", "--unsafe") == 1
    assert "-descripton: a list\n+description: a list\n" in capsys.readouterr().out


def test_fix_changes_files_and_tells_the_rest(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(team, TYPO.replace("\n", "\r\n"))
    assert lint("--fix") == 1
    assert path.read_bytes() == TYPO.replace("\n", "\r\n").encode()
    assert lint("--diff", "--unsafe") == 1
    assert path.read_bytes() == TYPO.replace("\n", "\r\n").encode()
    assert "--- a/dag_specs/one.yaml\n+++ b/dag_specs/one.yaml\n" in capsys.readouterr().out
    assert lint("--fix", "--unsafe") == 0
    assert path.read_bytes() == TYPO.replace("descripton", "description").replace("\n", "\r\n").encode()
    assert capsys.readouterr() == ("No problems in 1 spec.\n", "Applied 1 fix in 1 file.\n")
    assert lint("--diff", "--unsafe") == 0
    assert capsys.readouterr() == ("", "Nothing to fix.\n")


def test_fix_mends_only_what_was_selected(team: Path) -> None:
    more = f"  # dagspec: ignore[orphan-task] gone\n  b: {{dependencies: [a], {BASH}, bash_command: id}}\n"
    path = write(team, TYPO + more)
    before = path.read_text()
    assert lint("--fix", "--unsafe", "--select", "unused-ignore") == 1
    assert path.read_text() == before, "nothing can be called unused in a spec that does not load"
    lint("--fix", "--unsafe", "--select", "unknown-key")
    assert path.read_text() == before.replace("descripton", "description")
    assert lint("--fix", "--strict") == 0
    assert "ignore" not in path.read_text()


def test_fix_leaves_a_link_out_of_the_repository_alone(
    team: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "two.yaml"
    outside.write_text(TYPO)
    (team / "dag_specs/two.yaml").symlink_to(outside)
    assert lint("--fix", "--unsafe") == 1
    assert outside.read_text() == TYPO
    assert "link-out-of-repository" in capsys.readouterr().out


def test_statistics(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(team, ERROR)
    shutil.copy(team / "dag_specs/one.yaml", team / "dag_specs/two.yaml")
    write(team, WARNING, "three.yaml")
    assert lint("--statistics") == 1
    assert capsys.readouterr().out == (
        "    2  xcom-unknown-task\n    1  missing-schedule\n2 errors, 1 warning in 3 of 3 specs\n"
    )


def test_ignores_can_be_switched_off(team: Path) -> None:
    write(team, ERROR.replace("tasks:", "tasks: # dagspec: ignore[xcom-unknown-task] pushed elsewhere"))
    assert lint("--strict") == 0
    assert lint("--no-ignores") == 1


def wait_for(path: Path, text: str) -> None:
    end = time.monotonic() + 20
    while text not in path.read_text():
        assert time.monotonic() < end, path.read_text()
        time.sleep(0.05)


def test_watch_checks_again_after_a_change_and_ends_well(team: Path, tmp_path: Path) -> None:
    path, out = write(team, SOUND), tmp_path / "out.txt"
    command = [sys.executable, "-m", "dagspec.cli", "lint", "--watch"]
    with out.open("w") as file, subprocess.Popen(command, cwd=team, stdout=file, stderr=file) as process:
        try:
            wait_for(out, "No problems in 1 spec.")
            path.write_text(ERROR)
            wait_for(out, "error[xcom-unknown-task]")
            path.unlink()
            wait_for(out, "no spec files")
            write(team, SOUND, "two.yaml")
            end = time.monotonic() + 20
            while out.read_text().count("No problems") < 2 and time.monotonic() < end:
                time.sleep(0.05)
        finally:
            os.kill(process.pid, signal.SIGINT)
        assert process.wait(20) == 0
    assert out.read_text().count("No problems") == 2
    assert "\033" not in out.read_text()


def test_rules_and_explain(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    assert main(["rules"]) == 0
    assert "xcom-unknown-task " in capsys.readouterr().out
    assert main(["rules", "--format", "json"]) == 0
    rules = {rule["name"]: rule for rule in json.loads(capsys.readouterr().out)}
    assert rules["unknown-key"]["fixable"] == "unsafe"
    assert main(["explain", "xcom-unknown-task"]) == 0
    text = capsys.readouterr().out
    assert "Why: Airflow" not in text
    assert "Airflow gives None for it" in text
    assert "Ignore: # dagspec: ignore[xcom-unknown-task] reason" in text
    assert main(["explain", "unknown-key"]) == 0
    assert "It cannot be ignored" in capsys.readouterr().out
    assert main(["explain", "unknown-kee"]) == 2
    assert 'no rule "unknown-kee"; did you mean "unknown-key"?' in capsys.readouterr().err


def test_the_page_of_rules_is_current(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    assert main(["rules", "--format", "markdown"]) == 0
    assert capsys.readouterr().out == (root / "docs/rules.md").read_text(), "run `make docs`"


def test_the_page_about_lint_names_every_option(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint("--help") == 0
    options = set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out))
    page = (root / "docs/lint.md").read_text()
    assert len(options) > 12
    assert [option for option in options - {"--help"} if option not in page] == []
