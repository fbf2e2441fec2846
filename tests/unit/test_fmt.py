"""Every file of tests/specs/fmt, and the command as a user meets it. `pytest --update` rewrites the goldens."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

import pytest

from dagspec.catalog import catalog, example
from dagspec.cli import main
from dagspec.fmt import format_source
from dagspec.fmt.files import format_bytes
from dagspec.source import read_file, read_text

CASES = sorted((Path(__file__).parent.parent / "specs/fmt").glob("*.in.yaml"))
MESSY = "tasks:\n  pull: {operator: x}\nowner: data\n"
NEAT = "owner: data\n\ntasks:\n  pull: {operator: x}\n"
BROKEN = "owner: [\n"


def formatted(text: str) -> str:
    result = format_source(read_text(text, "spec.yaml"))
    assert result.problems == []
    return result.text


@pytest.fixture
def team(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(repository)
    return repository / "dag_specs"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem.removesuffix(".in"))
def test_golden(path: Path, pytestconfig: pytest.Config) -> None:
    before = read_file(path)
    after = format_source(before)
    golden = path.with_name(path.name.replace(".in.", ".out."))
    if pytestconfig.getoption("--update"):
        golden.write_text(after.text, encoding="utf-8")
    assert after.problems == []
    assert after.text == golden.read_text(encoding="utf-8")
    assert read_file(golden).value == before.value
    assert formatted(after.text) == after.text


def test_there_are_goldens() -> None:
    assert len(CASES) >= 10


def test_own_specs_are_formatted(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    assert main(["fmt", "--check"]) == 0


@pytest.mark.parametrize("name", catalog())
def test_examples_of_operators_are_formatted(name: str) -> None:
    text = example(catalog()[name])
    assert formatted(text) == text


def test_sound_specs_keep_their_value(root: Path) -> None:
    for path in (root / "tests/specs/ok").glob("*.yaml"):
        source = read_file(path)
        assert read_text(formatted(source.text), path.name).value == source.value


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1", "a: 1\n"),
        ("\n\na: 1\n\n\n", "a: 1\n"),
        ("a: |\n  text", "a: |-\n  text\n"),
        ("a: |+\n  text\n  ", "a: |+\n  text\n"),
        ("a: |2\n   text", "a: |2-\n   text\n"),
        ("a: &a 1\nb: 2\ntasks: *a\n", "a: &a 1\nb: 2\ntasks: *a\n"),
        ("tasks: &t 1\nowner: *t\n", "tasks: &t 1\nowner: *t\n"),
        ("tasks: [1]\ntags: &x [a]\nowner: *x\n", "tags: &x [a]\nowner: *x\ntasks: [1]\n"),
        ("?\n 2", "?\n 2\n"),
        ("tasks:\n    ? a\n    :\n        b\n", "tasks:\n  ? a\n  :\n      b\n"),
        ("tasks:\n    - ?\n        2\n", "tasks:\n  - ?\n      2\n"),
        ("%YAML 1.1\n--- # start\n  \nb:   1   \n", "%YAML 1.1\n--- # start\n\nb:   1\n"),
    ],
)
def test_edges(before: str, after: str) -> None:
    assert formatted(before) == after
    assert formatted(after) == after


def test_line_ends_stay_and_the_byte_order_mark_goes() -> None:
    outcome = format_bytes(b"\xef\xbb\xbf" + MESSY.replace("\n", "\r\n").encode(), "spec.yaml")
    assert outcome.after == NEAT.replace("\n", "\r\n")


def test_a_line_break_that_editors_do_not_show_is_told() -> None:
    problems = format_source(read_text("a: 1 # x\u2028y: 1\n", "spec.yaml")).problems
    assert [problem.message for problem in problems] == [
        "YAML takes the character U+2028 for a line break, editors do not"
    ]


def test_formats_all_files_of_the_folder(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (team / "music").mkdir()
    (team / ".hidden").mkdir()
    for name in ("a.yaml", "music/b.yml", ".hidden/c.yaml"):
        (team / name).write_text(MESSY)
    (team / "environments.yaml").write_text("local:\n    b: {{ x }}\n    a: 1\n")
    assert main(["fmt"]) == 0
    assert capsys.readouterr().out == (
        "formatted  dag_specs/a.yaml\n"
        "formatted  dag_specs/environments.yaml\n"
        "formatted  dag_specs/music/b.yml\n"
        "3 formatted, 0 in order already.\n"
    )
    assert (team / "a.yaml").read_text() == (team / "music/b.yml").read_text() == NEAT
    assert (team / ".hidden/c.yaml").read_text() == MESSY
    assert (team / "environments.yaml").read_text() == 'local:\n  b: "{{ x }}"\n  a: 1\n'
    assert main(["fmt"]) == 0
    assert capsys.readouterr().out == "0 formatted, 3 in order already.\n"


def test_a_file_in_order_is_not_written(team: Path) -> None:
    (team / "a.yaml").write_text(NEAT)
    before = (team / "a.yaml").stat()
    assert main(["fmt", "dag_specs/a.yaml"]) == 0
    after = (team / "a.yaml").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_check_and_diff_change_nothing_and_end_with_1(
    option: str, team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (team / "a.yaml").write_text(MESSY)
    assert main(["fmt", option, "dag_specs/a.yaml"]) == 1
    out = capsys.readouterr().out
    assert (team / "a.yaml").read_text() == MESSY
    expected = {"--check": "would format  dag_specs/a.yaml\n1 to format", "--diff": "--- a/dag_specs/a.yaml\n"}
    assert out.startswith(expected[option])
    (team / "a.yaml").write_text(NEAT)
    assert main(["fmt", option, "dag_specs/a.yaml"]) == 0


def test_a_diff_shows_no_secret(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "AKIA" + "IOSFODNN7EXAMPLQ"
    (team / "a.yaml").write_text(f"tasks: {{}}\nvars:\n    key: {secret}\n")
    assert main(["fmt", "--diff"]) == 1
    out = capsys.readouterr().out
    assert secret not in out
    assert "key: " in out


def test_a_broken_file_is_told_and_left_alone(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (team / "a.yaml").write_text(BROKEN)
    (team / "b.yaml").write_text(MESSY)
    assert main(["fmt", "dag_specs/a.yaml", "dag_specs/b.yaml"]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("dag_specs/a.yaml:2:1: error[yaml-syntax]")
    assert captured.out.endswith("1 formatted, 0 in order already, 1 broken.\n")
    assert (team / "a.yaml").read_text() == BROKEN
    assert (team / "b.yaml").read_text() == NEAT


@pytest.mark.parametrize(
    ("text", "options", "code", "out"),
    [
        (MESSY, [], 0, NEAT),
        (NEAT, [], 0, NEAT),
        (MESSY, ["--check"], 1, "would format  <stdin>\n"),
        (NEAT, ["--check"], 0, ""),
        (BROKEN, [], 1, ""),
    ],
)
def test_standard_input(
    text: str,
    options: list[str],
    code: int,
    out: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert main(["fmt", "-", *options]) == code
    assert capsys.readouterr().out == out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing_here"], 'dagspec: no such file or folder: "nothing_here"\n'),
        (["-", "dag_specs"], "dagspec: standard input cannot be formatted together with files\n"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", *arguments]) == 2
    assert capsys.readouterr().err == message


def test_links_in_a_folder_are_left_alone(team: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(MESSY)
    (team / "link.yaml").symlink_to(outside)
    shutil.copy(outside, team / "own.yaml")
    assert main(["fmt"]) == 0
    assert outside.read_text() == MESSY
    assert (team / "own.yaml").read_text() == NEAT
