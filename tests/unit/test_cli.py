"""The command as a user meets it: output and exit codes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from dagspec.catalog import catalog
from dagspec.cli import COMMANDS, main, parser


@pytest.fixture
def checkout(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(root)
    monkeypatch.delenv("DAGSPEC_ENVIRONMENT", raising=False)
    return root


@pytest.fixture
def team(repository: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(repository)
    shutil.copy(root / "tests/specs/ok/every_key.yaml", repository / "dag_specs")
    return repository


def exit_code(*arguments: str) -> int:
    try:
        return main(list(arguments))
    except SystemExit as end:
        return int(end.code or 0)


def test_lint_is_silent_about_sound_specs(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("lint") == 0
    specs = [file for file in (checkout / "dag_specs").glob("*.yaml") if file.stem not in ("environments", "policy")]
    assert capsys.readouterr().out == f"No problems in {len(specs)} specs.\n"


def test_lint_counts_problems_and_ends_with_1(team: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(root / "tests/specs/err/missing-key.yaml", team / "dag_specs")
    assert exit_code("lint") == 1
    out = capsys.readouterr().out
    assert out.startswith("dag_specs/missing-key.yaml:2:3: error[missing-key]")
    assert re.search(r"\n2 errors in 1 of 2 specs \(\d+ ms\)\n$", out)


def test_lint_of_one_file_one_folder_and_one_environment(team: Path, root: Path) -> None:
    (team / "dag_specs/team").mkdir()
    shutil.copy(root / "tests/specs/err/missing-key.yaml", team / "dag_specs/team")
    assert exit_code("lint", "dag_specs/every_key.yaml") == 0
    assert exit_code("lint", "dag_specs/team") == 1
    (team / "dag_specs/prod_only.yaml").write_text(
        "tasks: {p: {operator: itunes.search_to_s3, artists: [a], destination: 's3://${env.only_prod}/x'}}"
    )
    assert exit_code("lint", "dag_specs/prod_only.yaml", "--env", "prod") == 0
    assert exit_code("lint", "dag_specs/prod_only.yaml") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lint", "nope.yaml"], 'no such file or folder: "nope.yaml"'),
        (["lint", "dag_specs", "nope", "../nope.yaml"], 'no such file or folder: "nope", "../nope.yaml"'),
        (["fmt", "nope.yaml"], 'no such file or folder: "nope.yaml"'),
        (["lint", "docs"], "no spec files under docs (looked for *.yaml, *.yml)"),
        (["render", "itunes_splitt"], 'no spec "itunes_splitt" in dag_specs/; did you mean "itunes_split"?'),
        (["operators", "emr.transient"], 'did you mean "emr.transient_cluster"?'),
        (["graph", "itunes_split", "-o", "graph.gif"], 'cannot write ".gif" files; use .svg, .png or .mmd'),
        (["graph", "itunes_split", "-o", "no/such/folder/graph.mmd"], "cannot write no/such/folder/graph.mmd"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(
    arguments: list[str], message: str, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_outside_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert exit_code("lint") == 2
    assert 'no folder "dag_specs" in' in capsys.readouterr().err


@pytest.mark.parametrize("command", ["render", "graph", "run"])
def test_a_broken_spec_is_reported_and_ends_with_1(
    command: str, team: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(root / "tests/specs/err/missing-key.yaml", team / "dag_specs/broken.yaml")
    assert exit_code(command, "broken") == 1
    assert "dag_specs/broken.yaml:2:3: error[missing-key]" in capsys.readouterr().err


def test_render_prints_yaml_of_the_environment(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("render", "itunes_split", "--env", "prod") == 0
    config = yaml.safe_load(capsys.readouterr().out)["itunes_split"]
    assert config["tasks"]["pull_and_store_itunes_data"]["destination"].startswith("s3://example-prod-lake/")
    assert config["schedule"] is None


def test_render_of_durations_and_dates(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("render", "dag_specs/every_key.yaml") == 0
    config = yaml.safe_load(capsys.readouterr().out)["every_key"]
    assert config["dagrun_timeout"] == {"__type__": "datetime.timedelta", "seconds": 9000.0}
    assert config["start_date"] == "2024-01-31T06:00:00+01:00"


def test_graph_as_text_and_pictures(checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("graph", "itunes_split") == 0
    text = capsys.readouterr().out
    assert text.startswith("flowchart LR\n")
    assert 'subgraph g0["emr_cluster"]' in text
    for name, magic in {"a.svg": b"<?xml", "a.png": b"\x89PNG", "a.mmd": b"flowchart"}.items():
        assert exit_code("graph", "itunes_split", "-o", str(tmp_path / name)) == 0
        assert (tmp_path / name).read_bytes().startswith(magic)
    for task in ("pull_and_store_itunes_data", "terminate_emr_cluster"):
        assert task in (tmp_path / "a.svg").read_text()


def test_the_committed_picture_is_current(checkout: Path, tmp_path: Path) -> None:
    assert exit_code("graph", "itunes_split", "-o", str(tmp_path / "a.svg")) == 0
    assert (tmp_path / "a.svg").read_text() == (checkout / "docs/itunes_split.svg").read_text(), "run `make docs`"


def test_operators_lists_and_describes(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("operators") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(catalog())
    assert exit_code("operators", "emr.transient_cluster") == 0
    text = capsys.readouterr().out
    assert "release_label (required): a text" in text
    assert "market: one of ON_DEMAND, SPOT; default ON_DEMAND" in text
    assert "operator: emr.transient_cluster" in text


@pytest.mark.parametrize("conf", ["{", "[1]"])
def test_run_takes_a_json_object(conf: str, checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("run", "itunes_split", "--conf", conf) == 2
    assert "argument --conf" in capsys.readouterr().err


def test_run_says_that_snowflake_is_not_set_up(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    task = {"operator": "snowflake.sql", "sql": "SELECT 1"}
    spec = {"description": "d", "owner": "o", "schedule": None, "start_date": "2024-01-01", "tasks": {"a": task}}
    (team / "dag_specs/cold.yaml").write_text(yaml.safe_dump(spec))
    assert exit_code("run", "cold") == 2
    told = capsys.readouterr().err
    assert ".venv-snowflake/bin/python is missing: run `make setup` first" in told
    assert len(told.splitlines()) == 1


def test_every_command_has_help_with_examples_and_a_place_in_the_readme(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = (root / "README.md").read_text()
    for name in COMMANDS:
        assert exit_code(name, "--help") == 0
        assert "Examples:" in capsys.readouterr().out
        assert f"dagspec {name}" in readme
    assert all(name in parser().format_help() for name in COMMANDS)
