"""What a team copies: the workflow for GitHub, the job for GitLab, the pre-commit hooks."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

MESSY = "schedule: null\nowner: music\ntasks:\n    pull:\n        operator: itunes.search_to_s3\n"
MESSY += "        artists: [Adele]\n        destination: s3://lake/raw.parquet\n"
BROKEN = MESSY.replace("operator:", "operatr:")


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def run(script: str, team: Path) -> subprocess.CompletedProcess[str]:
    """Run a script as a CI runner does: bash, which ends at the first failure."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = ["bash", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=team, env=environment, capture_output=True, text=True, check=False)


def write(team: Path, text: str) -> Path:
    path = team / "dag_specs/pull.yaml"
    path.write_text(text)
    return path


@pytest.fixture
def github(root: Path) -> list[str]:
    steps = read(root / "docs/ci/lint-specs.yml")["jobs"]["lint"]["steps"]
    return [step["run"] for step in steps if "run" in step]


@pytest.fixture
def gitlab(root: Path) -> dict[str, Any]:
    return read(root / "docs/ci/lint-specs.gitlab-ci.yml")["lint-specs"]


def test_both_install_before_they_lint(github: list[str], gitlab: dict[str, Any]) -> None:
    assert github == ["pip install dagspec", "dagspec lint"]
    assert gitlab["before_script"] == ["pip install dagspec"]


@pytest.mark.parametrize(("text", "code"), [(MESSY, 0), (BROKEN, 1)])
def test_the_job_for_gitlab_fails_when_a_spec_is_wrong_and_keeps_its_report(
    text: str, code: int, gitlab: dict[str, Any], repository: Path
) -> None:
    write(repository, text)
    done = run("\n".join(gitlab["script"]), repository)
    assert done.returncode == code, done.stderr
    assert ("dag_specs/pull.yaml:5:9: error" in done.stdout) is bool(code)
    [report] = gitlab["artifacts"]["paths"]
    results = json.loads((repository / report).read_text())["runs"][0]["results"]
    assert bool(results) is bool(code)
    assert gitlab["artifacts"]["when"] == "always"


def test_the_job_for_gitlab_fails_when_lint_cannot_run(gitlab: dict[str, Any], repository: Path) -> None:
    assert run("\n".join(gitlab["script"]), repository).returncode == 2  # there is no spec


@pytest.fixture
def hooks(root: Path) -> dict[str, dict[str, Any]]:
    return {hook["id"]: hook for hook in read(root / ".pre-commit-hooks.yaml")}


def commit(hook: dict[str, Any], team: Path) -> subprocess.CompletedProcess[str]:
    """Run a hook as pre-commit does, with the files of its pattern as arguments unless it wants none."""
    names = [path.relative_to(team).as_posix() for path in sorted(team.rglob("*")) if path.is_file()]
    matching = [name for name in names if re.search(hook["files"], name)]
    assert matching
    given = matching if hook.get("pass_filenames", True) else []
    return run(f"{hook['entry']} {shlex.join(given)}", team)


def test_hooks_are_for_specs_only(hooks: dict[str, dict[str, Any]]) -> None:
    for hook in hooks.values():
        assert re.search(hook["files"], "dag_specs/team/pull.yml")
        assert not re.search(hook["files"], "docs/dag_specs/pull.yaml")
        assert not re.search(hook["files"], "dag_specs/notes.md")
        assert hook["language"] == "python"


def test_the_lint_hook_stops_a_commit_of_a_wrong_spec(hooks: dict[str, dict[str, Any]], repository: Path) -> None:
    write(repository, MESSY)
    assert commit(hooks["dagspec-lint"], repository).returncode == 0
    write(repository, BROKEN)
    done = commit(hooks["dagspec-lint"], repository)
    assert done.returncode == 1
    assert "dag_specs/pull.yaml:5:9: error" in done.stdout


def test_the_fmt_hook_changes_files_by_which_pre_commit_knows_it(
    hooks: dict[str, dict[str, Any]], repository: Path
) -> None:
    path = write(repository, MESSY)
    assert commit(hooks["dagspec-fmt"], repository).returncode == 0
    formatted = path.read_text()
    assert formatted.startswith("owner: music\n")
    assert commit(hooks["dagspec-fmt"], repository).returncode == 0
    assert path.read_text() == formatted


def test_the_fmt_hook_stops_a_commit_of_a_broken_file(hooks: dict[str, dict[str, Any]], repository: Path) -> None:
    path = write(repository, "tasks: [\n")
    done = commit(hooks["dagspec-fmt"], repository)
    assert done.returncode == 1
    assert "dag_specs/pull.yaml:2:1: error[yaml-syntax]" in done.stderr
    assert path.read_text() == "tasks: [\n"


def test_the_documentation_names_every_example_and_hook(root: Path, hooks: dict[str, dict[str, Any]]) -> None:
    page, readme = (root / "docs/lint.md").read_text(), (root / "README.md").read_text()
    for path in sorted((root / "docs/ci").iterdir()):
        assert f"ci/{path.name}" in page
        assert f"docs/ci/{path.name}" in readme
    assert all(f"`{name}`" in page and f"`{name}`" in readme for name in hooks)


def test_the_projects_own_check_formats_and_lints_its_specs(root: Path) -> None:
    recipe = (root / "Makefile").read_text().split("\ncheck:")[1].split("\n\n")[0]
    assert "dagspec fmt --check\n" in recipe
    assert "dagspec lint" in recipe
