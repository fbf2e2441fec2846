"""`--env` and the variable that stands for it: a name that is not there is wrong usage."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagspec.cli import main

FILE = "dag_specs/environments.yaml"
SPEC = """\
schedule: null
owner: music
tasks:
  pull: {operator: itunes.search_to_s3, artists: [Adele], destination: s3://lake/x}
"""


@pytest.mark.parametrize("command", ["lint", "render pull", "graph pull", "run pull", "deploy --dry-run"])
def test_an_unknown_environment_is_wrong_usage_for_every_command(
    command: str, repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repository)
    (repository / "dag_specs/pull.yaml").write_text(SPEC)
    assert main([*command.split(), "--env", "prd"]) == 2
    captured = capsys.readouterr()
    assert captured.err == (
        'dagspec: no environment "prd" in dag_specs/environments.yaml (known: local, prod); did you mean "prod"?\n'
    )
    assert captured.out == ""


def test_the_variable_that_chooses_the_environment_is_checked_alike(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repository)
    monkeypatch.setenv("DAGSPEC_ENVIRONMENT", "staging")
    (repository / "dag_specs/pull.yaml").write_text(SPEC)
    assert main(["render", "pull"]) == 2
    assert "(known: local, prod)" in capsys.readouterr().err


def test_broken_environments_are_told_before_an_unknown_name(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repository)
    (repository / "dag_specs/pull.yaml").write_text(SPEC)
    (repository / FILE).write_text("local: 5\n")
    assert main(["lint", "--env", "prd"]) == 1
    assert 'environment "local" must be a mapping' in capsys.readouterr().out
