"""Formatting, over the protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsp_client import Editor, applied
from lsp_samples import SPEC, rules

from dagspec.fmt import format_source
from dagspec.source import read_text

NAME = "dag_specs/formatted.yaml"
FILES = sorted((Path(__file__).parents[2] / "specs/fmt").rglob("*.yaml"))


def ask(editor: Editor, text: str, name: str = NAME) -> list[dict[str, Any]]:
    editor.write(name, text)
    return editor.formatting(name)


def messages(editor: Editor) -> list[str]:
    """What the server wanted the user to read since the last time, in a window of its own."""
    shown = [note["params"]["message"] for note in editor.notes if note["method"] == "window/showMessage"]
    editor.notes = [note for note in editor.notes if note["method"] != "window/showMessage"]
    return shown


def test_the_server_says_that_it_formats(editor: Editor) -> None:
    assert editor.capabilities["documentFormattingProvider"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_editor_gets_what_fmt_writes(path: Path, editor: Editor) -> None:
    text = path.read_text(encoding="utf-8")
    expected = format_source(read_text(text, NAME))
    edits = ask(editor, text)
    assert applied(text, edits) == expected.text
    assert bool(edits) is (text != expected.text)


def test_there_are_files_that_change() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FILES]
    assert sum(format_source(read_text(text, NAME)).text != text for text in texts) > 3


def test_a_text_in_order_gets_no_edits(editor: Editor) -> None:
    assert ask(editor, format_source(read_text(SPEC, NAME)).text) == []


def test_only_the_lines_that_change_are_touched(editor: Editor) -> None:
    text = format_source(read_text(SPEC, NAME)).text
    messy = text.replace("schedule: null\n", "schedule: null   \n")
    [edit] = ask(editor, messy)
    line = text.split("\n").index("schedule: null")
    assert edit["range"] == {"start": {"line": line, "character": 0}, "end": {"line": line + 1, "character": 0}}
    assert edit["newText"] == "schedule: null\n"


def test_line_ends_stay(editor: Editor) -> None:
    text = "# 😀\ntasks: {}\nowner:  music\nschedule: {{ ds }}\n".replace("\n", "\r\n")
    expected = format_source(read_text(text.replace("\r\n", "\n"), NAME)).text
    assert applied(text, ask(editor, text)) == expected.replace("\n", "\r\n")


def test_the_environments_are_formatted_too(own: Editor) -> None:
    text = "local:\n    lake: x   \n"
    assert applied(text, ask(own, text, "dag_specs/environments.yaml")) == "local:\n  lake: x\n"


@pytest.mark.parametrize("text", [SPEC + "owner: music\n", "tasks: [\n", "a: &a [*a]\n"])
def test_a_broken_file_stays_as_it_is_and_its_findings_say_why(text: str, editor: Editor) -> None:
    assert editor.diagnostics(NAME, text)
    assert ask(editor, text) == []
    assert messages(editor) == []


def test_what_only_the_formatter_refuses_is_shown_in_a_window(editor: Editor) -> None:
    assert ask(editor, SPEC.replace("Two tasks.", "Two\u2028 tasks.")) == []
    assert messages(editor) == [
        f"{NAME}:1: not formatted: YAML takes the character U+2028 for a line break, editors do not"
    ]


def test_formatting_is_for_the_text_that_is_not_saved(own: Editor) -> None:
    (own.root / NAME).write_text("owner: somebody\n")
    text = "tasks: {}\nowner: me\n"
    assert applied(text, ask(own, text)).startswith("owner: me\n")
    assert (own.root / NAME).read_text() == "owner: somebody\n"


def test_other_files_are_not_formatted(editor: Editor) -> None:
    assert ask(editor, "a:   1\n", "docker-compose.yaml") is None


def test_quotes_that_formatting_adds_end_the_finding(editor: Editor) -> None:
    text = SPEC.replace("${var.raw}/{{ ds_nodash }}/hits.parquet", "{{ ds }}")
    assert "unquoted-template" in rules(editor.diagnostics(NAME, text))
    assert "unquoted-template" not in rules(editor.diagnostics(NAME, applied(text, ask(editor, text))))
