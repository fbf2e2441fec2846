"""`dagspec editor` writes settings that VS Code reads, and loses none that are there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dagspec.cli import main

SETTING = {
    "schemas/pipeline.schema.json": [
        "dag_specs/**/*.yaml",
        "dag_specs/**/*.yml",
        "!dag_specs/environments.yaml",
        "!dag_specs/tests/**",
    ]
}


@pytest.fixture
def team(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(repository)
    return repository


def settings(team: Path, text: str | None = None) -> Path:
    path = team / ".vscode/settings.json"
    if text is not None:
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    return path


def test_writes_the_settings_and_says_what_lacks(team: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["editor"]) == 0
    assert json.loads(settings(team).read_text()) == {"yaml.schemas": SETTING}
    out = capsys.readouterr().out
    assert out.startswith("Wrote ")
    assert out.endswith("There is no schemas/pipeline.schema.json yet: run `dagspec schema schemas`.\n")
    shutil.copytree(root / "schemas", team / "schemas")
    before = settings(team).stat().st_mtime_ns
    assert main(["editor", str(team)]) == 0
    assert capsys.readouterr().out == f"Nothing to change in {settings(team)}\n"
    assert settings(team).stat().st_mtime_ns == before


def test_the_schema_that_the_settings_name_exists(root: Path) -> None:
    assert all((root / name).is_file() for name in SETTING)


def test_other_settings_their_order_and_their_indent_stay(team: Path) -> None:
    text = '{\n    "b": "ü",\n    "yaml.schemas": {\n        "x.json": "x/*"\n    },\n    "a": [1]\n}\n'
    path = settings(team, text)
    assert main(["editor"]) == 0
    merged = json.loads(path.read_text(encoding="utf-8"))
    assert merged == {"b": "ü", "yaml.schemas": {"x.json": "x/*"} | SETTING, "a": [1]}
    assert list(merged) == ["b", "yaml.schemas", "a"]
    assert path.read_text(encoding="utf-8").startswith('{\n    "b": "ü",\n')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n  // ours\n  "a": 1\n}\n', "not plain JSON (comments would be lost)"),
        ("[]", "must be an object"),
        ('{"yaml.schemas": []}', '"yaml.schemas" must be an object'),
    ],
)
def test_settings_that_cannot_be_merged_are_left_alone(
    text: str, message: str, team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = settings(team, text)
    assert main(["editor"]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert 'add by hand: "yaml.schemas": {"schemas/pipeline.schema.json": ["dag_specs/**/*.yaml"' in err
    assert err.count("\n") == 1
    assert path.read_text() == text


def test_empty_settings_are_filled(team: Path) -> None:
    path = settings(team, "\n")
    assert main(["editor"]) == 0
    assert json.loads(path.read_text()) == {"yaml.schemas": SETTING}


@pytest.mark.parametrize("taken", [".vscode", ".vscode/settings.json"])
def test_what_cannot_be_written_is_one_line(taken: str, team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if taken == ".vscode":
        (team / taken).write_text("")
    else:
        (team / taken).mkdir(parents=True)
    assert main(["editor"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
