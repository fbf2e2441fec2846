"""Comments that ignore findings: what they cover, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dagspec.comments import comments
from dagspec.fixes import fix_bytes
from dagspec.lint import Linter, Options, lint
from dagspec.source import read_text

HEAD = "schedule: null\nowner: data\n"
BASH = "operator: airflow.providers.standard.operators.bash.BashOperator"
PULL = "bash_command: \"echo {{ ti.xcom_pull(task_ids='nobody') }}\""
SPEC = f"{HEAD}tasks:\n  a:\n    {BASH}\n    {PULL}\n  b:\n    {BASH}\n    dependencies: [a]\n    {PULL}\n"
IGNORE = "# dagspec: ignore[xcom-unknown-task] pushed elsewhere"


def found(text: str, repository: Path, **options: object) -> list[tuple[str, int]]:
    (repository / "dag_specs/example.yaml").write_text(text)
    return [(one.rule, one.span.line) for one in lint(repository, options=Options(**options)).problems]


def with_comment(before: str) -> str:
    at = SPEC.index(before)
    return SPEC[:at] + IGNORE + "\n" + SPEC[SPEC.rfind("\n", 0, at) + 1 : at] + SPEC[at:]


def test_without_a_comment_both_are_told(repository: Path) -> None:
    assert found(SPEC, repository) == [("xcom-unknown-task", 6), ("xcom-unknown-task", 10)]


@pytest.mark.parametrize(
    ("before", "left"),
    [
        ("a:\n", [11]),
        ("b:\n", [6]),
        ("tasks:", []),
        ("bash_command", [11]),
        ("schedule", [7, 11]),
        ("operator", [7, 11]),
    ],
)
def test_a_comment_above_a_key_covers_its_block_and_no_more(before: str, left: list[int], repository: Path) -> None:
    lines = [line for rule, line in found(with_comment(before), repository) if rule == "xcom-unknown-task"]
    assert lines == left
    assert (("unused-ignore", 1) in found(with_comment(before), repository)) == (before == "schedule")


def test_a_comment_behind_a_key_covers_its_block(repository: Path) -> None:
    assert found(SPEC.replace("  a:\n", f"  a:  {IGNORE}\n"), repository) == [("xcom-unknown-task", 10)]
    assert found(SPEC.replace("tasks:\n", f"tasks: {IGNORE}\n"), repository) == []


def test_comments_above_a_key_may_stand_on_several_lines_but_not_apart(repository: Path) -> None:
    assert found(SPEC.replace("  a:\n", f"  {IGNORE}\n  # see the trigger\n  a:\n"), repository) == [
        ("xcom-unknown-task", 12)
    ]
    apart = found(SPEC.replace("  a:\n", f"  {IGNORE}\n\n  a:\n"), repository)
    assert ("unused-ignore", 4) in apart
    assert len(apart) == 3


def test_a_comment_in_the_header_covers_the_file(repository: Path) -> None:
    assert found(IGNORE.replace("ignore", "ignore-file") + "\n---\n" + SPEC, repository) == []


def test_ignores_can_be_switched_off(repository: Path) -> None:
    text = SPEC.replace("tasks:\n", f"tasks: {IGNORE}\n")
    assert len(found(text, repository, ignores=False)) == 2
    assert found(f"{HEAD}tasks:\n  a: {{{BASH}, bash_command: id}} {IGNORE}\n", repository, ignores=False) == []


def test_strict_wants_a_reason(repository: Path) -> None:
    text = SPEC.replace("tasks:\n", "tasks: # dagspec: ignore[xcom-unknown-task]\n")
    assert found(text, repository) == []
    assert found(text, repository, strict=True) == [("wrong-ignore", 3)]


def test_nothing_is_called_unused_when_not_everything_was_checked(repository: Path) -> None:
    text = f"{HEAD}tasks:\n  a: {{{BASH}, bash_command: id}} {IGNORE}\n"
    assert found(text, repository) == [("unused-ignore", 4)]
    assert found(text, repository, environment="local") == []
    assert found("shedule: null\n" + text, repository) == [("unknown-key", 1)]


def test_what_stops_a_spec_from_loading_cannot_be_ignored(repository: Path) -> None:
    text = (
        f"# dagspec: ignore-file[unknown-key] please\nshedule: null\n{HEAD}tasks:\n  a: {{{BASH}, bash_command: id}}\n"
    )
    assert found(text, repository) == [("wrong-ignore", 1), ("unknown-key", 2)]


def test_a_secret_is_ignored_only_with_a_reason_and_where_it_stands(repository: Path) -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    text = f"{HEAD}tasks:\n  # dagspec: ignore[hardcoded-aws-key]\n  a: {{{BASH}, bash_command: 'echo {key}'}}\n"
    assert found(text, repository) == [("wrong-ignore", 4), ("hardcoded-aws-key", 5)]
    assert found(text.replace("]\n", "] AWS's documented example\n", 1), repository) == []
    whole = "# dagspec: ignore-file[hardcoded-aws-key] AWS's documented example\n" + text.replace("  # dag", "  # ")
    assert found(whole, repository) == [("wrong-ignore", 1), ("hardcoded-aws-key", 6)]


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("# dagspec: ignore[orphan-task, xcom-unknown-task]  why  ", "# dagspec: ignore[xcom-unknown-task]  why  "),
        ("# dagspec: ignore[orphan-task] why  ", ""),
    ],
)
def test_the_fix_removes_what_is_unused(comment: str, left: str, repository: Path) -> None:
    linter = Linter(repository)
    above = SPEC.replace("  a:\n", f"  {comment}\n  a:\n").encode()
    behind = SPEC.replace("  a:\n", f"  a:  {comment}\n").encode()
    expected = SPEC.replace("  a:\n", f"  {left}\n  a:\n" if left else "  a:\n")
    assert fix_bytes(above, "dag_specs/x.yaml", linter.check).after == expected
    expected = SPEC.replace("  a:\n", f"  a:  {left}\n" if left else "  a:\n")
    assert fix_bytes(behind, "dag_specs/x.yaml", linter.check).after == expected


def test_text_is_no_comment() -> None:
    text = f"a: '{IGNORE}'\nb: |\n  {IGNORE}\nc: >-\n  x\n  {IGNORE}\nd: x{IGNORE}\ne: \"x\n  {IGNORE}\"\n"
    assert list(comments(read_text(text, "x"))) == []
    behind = f"a: | {IGNORE}\n  text\n{IGNORE}\nb: 'x' {IGNORE}\nc: [1, {IGNORE}\n  2]\n"
    assert [(one.lines.start, one.lines.stop) for one in comments(read_text(behind, "x"))] == [
        (1, 3),
        (4, 5),
        (4, 5),
        (5, 7),
    ]


def test_an_alias_does_not_carry_the_comment_to_its_anchor() -> None:
    text = f"a: &a\n  x: 1\n  y: 2\nb: *a {IGNORE}\n"
    assert [one.lines for one in comments(read_text(text, "x"))] == [range(4, 5)]


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#,? \n<", max_size=40), st.integers(0, 40))
@example("?", 0)
def test_a_comment_in_any_text_lies_in_the_file(text: str, at: int) -> None:
    source = read_text(text[:at] + IGNORE + "\n" + text[at:], "x")
    for comment in comments(source):
        assert source.text[comment.start : comment.end].startswith("# dagspec:")
        assert comment.lines.stop <= source.text.count("\n") + 2
