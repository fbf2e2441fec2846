"""Findings in an editor: the same as lint's, for the text as it is on the screen."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lsp_client import Editor
from lsp_samples import LATE, SPEC, labels, rules, start

from dagspec.lint import lint
from dagspec.text import report

ERR = sorted((Path(__file__).parents[2] / "specs/err").glob("*.yaml"))


def test_a_sound_spec_has_no_findings(editor: Editor) -> None:
    assert editor.diagnostics("dag_specs/sound.yaml", SPEC) == []


def test_an_editor_gets_the_same_findings_as_lint(own: Editor) -> None:
    for path in ERR:
        name = f"dag_specs/{path.name}"
        shutil.copy(path, own.root / name)
        expected = lint(own.root, [own.root / name]).problems
        found = own.diagnostics(name, path.read_text(encoding="utf-8"))
        assert [(one["code"], *start(one)) for one in found] == [
            (one.rule, one.span.line, one.span.column) for one in expected
        ], report(expected)
        assert [one["message"].partition("\nhelp: ")[0] for one in found] == [one.message for one in expected]
        (own.root / name).unlink()


def test_a_finding_has_severity_help_and_source(editor: Editor) -> None:
    [found] = editor.diagnostics("dag_specs/twice.yaml", SPEC + "tags: [a]\ntags: [b]\n")
    assert (found["code"], found["severity"], found["source"]) == ("duplicate-key", 1, "dagspec")
    assert found["message"].endswith("\nhelp: YAML keeps the last one silently: remove one")


def test_a_circle_tells_its_other_places(editor: Editor) -> None:
    text = LATE.replace("  now:\n", "    artists: [a]\n    destination: s3://a/b\n    dependencies: [after]\n")
    text += "  after:\n    operator: itunes.search_to_s3\n    artists: [a]\n    destination: s3://a/c\n"
    found = editor.diagnostics("dag_specs/circle.yaml", text + "    dependencies: [before]\n")
    circle = next(one for one in found if one["code"] == "dependency-cycle")
    assert [one["location"]["uri"] for one in circle["relatedInformation"]] == [editor.uri("dag_specs/circle.yaml")]


def test_many_changes_give_one_check(editor: Editor) -> None:
    name = "dag_specs/fast.yaml"
    editor.diagnostics(name, SPEC)
    for length in range(20):
        editor.write(name, SPEC + "# " + "x" * length)
    editor.write(name, SPEC + "nonsense: 1\n")
    assert rules(editor.published(name)["diagnostics"]) == ["unknown-key"]
    assert editor.silent(0.5)


def test_saving_checks_again(own: Editor) -> None:
    text = SPEC.replace("transform_raw.py", "late.py")
    assert rules(own.diagnostics("dag_specs/saved.yaml", text)) == ["missing-file"]
    (own.root / "spark_jobs/itunes/late.py").write_text("")
    own.save("dag_specs/saved.yaml")
    assert own.published("dag_specs/saved.yaml")["diagnostics"] == []


def test_closing_takes_the_findings_away(editor: Editor) -> None:
    assert editor.diagnostics("dag_specs/closed.yaml", SPEC + "nonsense: 1\n")
    editor.close("dag_specs/closed.yaml")
    assert editor.published("dag_specs/closed.yaml")["diagnostics"] == []


def test_a_file_in_the_format_of_dag_factory(own: Editor) -> None:
    name = "dag_specs/old.yaml"
    bash = "operator: airflow.providers.standard.operators.bash.BashOperator"
    text = f"first:\n  tasks:\n    a: {{{bash}, bash_command: ls}}\n    b: {{{bash}, dependencies: [a, c]}}\n"
    (own.root / name).write_text(text)
    expected = lint(own.root, [own.root / name]).problems
    found = own.diagnostics(name, text)
    assert [(one["code"], *start(one)) for one in found] == [
        (one.rule, one.span.line, one.span.column) for one in expected
    ]
    assert {"missing-key", "unknown-upstream"} <= set(rules(found))
    assert labels(own.at(name, text + "sched|", "completion")) == []
    assert labels(own.at(name, text.replace("[a, c]", "[|]"), "completion")) == ["a"]


@pytest.mark.parametrize(("encoding", "column"), [("utf-16", 18), ("utf-8", 20), ("utf-32", 17)])
def test_positions_count_as_agreed(encoding: str, column: int, team: Path) -> None:
    running = Editor(team, encodings=[encoding])
    try:
        assert running.capabilities["positionEncoding"] == encoding
        [found] = running.diagnostics("dag_specs/wide.yaml", SPEC + 'params: {"😀": 1, "😀": 2}\n')
        assert found["range"]["start"]["character"] == column
    finally:
        running.kill()


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n"])
def test_line_ends_and_byte_order_mark(line_end: str, editor: Editor) -> None:
    name, text = "dag_specs/line_ends.yaml", SPEC.replace("operator: itunes", "operatr: itunes")
    [found] = editor.diagnostics(name, text.replace("\n", line_end))
    assert start(found) == (11, 5)
    [found] = editor.diagnostics(name, ("\ufeffownr: a\n" + SPEC).replace("\n", line_end))
    assert found["range"] == {"start": {"line": 0, "character": 1}, "end": {"line": 0, "character": 5}}
