"""Fixes: idempotent, clean afterwards, and nothing else in the file is touched."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagspec.fixes import apply, fix_bytes, usable, write_atomically
from dagspec.lint import Linter, Options
from dagspec.problem import Edit, Fix, Problem
from dagspec.rule import all_rules, document
from dagspec.source import Source, read_bytes, read_text
from dagspec.specs import FOLDER

ERR = sorted((Path(__file__).parent.parent / "specs/err").glob("*.yaml"))
BAD = {doc.name: doc.bad for doc in map(document, all_rules().values()) if doc.fixable and doc.runnable}


@pytest.fixture(scope="module")
def linter(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Linter:
    repository = tmp_path_factory.mktemp("repository")
    (repository / FOLDER).mkdir()
    shutil.copy(root / "tests/specs/environments.yaml", repository / FOLDER)
    shutil.copytree(root / "spark_jobs", repository / "spark_jobs")
    return Linter(repository, Options(pedantic=True))


def rules_of(linter: Linter, text: str) -> list[str]:
    return [problem.rule for problem in linter.check(read_text(text, "dag_specs/example.yaml"))]


@pytest.mark.parametrize("rule", BAD)
def test_a_fixed_example_is_clean_for_its_rule(rule: str, linter: Linter) -> None:
    fixed = fix_bytes(BAD[rule].encode(), "dag_specs/example.yaml", linter.check, unsafe=True)
    assert fixed.count
    assert rule not in rules_of(linter, fixed.after)
    again = fix_bytes(fixed.after.encode(), "dag_specs/example.yaml", linter.check, unsafe=True)
    assert (again.count, again.after) == (0, fixed.after)


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize("path", ERR, ids=lambda path: path.stem)
def test_fixes_of_every_golden_are_idempotent_and_leave_a_file_that_can_be_read(
    path: Path, unsafe: bool, linter: Linter
) -> None:
    name = f"dag_specs/{path.name}"
    before = read_bytes(path.read_bytes(), name)
    fixed = fix_bytes(path.read_bytes(), name, linter.check, unsafe)
    after = read_bytes(fixed.after.encode(), name)
    left = [one for one in linter.check(after) if one.fix and (one.fix.safe or unsafe)]
    assert left == []
    assert (after.root is None) <= (before.root is None)


def test_unsafe_fixes_are_not_made_unasked(linter: Linter) -> None:
    assert fix_bytes(BAD["unknown-key"].encode(), "dag_specs/example.yaml", linter.check).count == 0


TEXT = st.text(alphabet="ab \n\r#:é\u2028", max_size=40)


@given(TEXT, st.booleans(), st.data())
def test_an_edit_changes_what_it_names_and_nothing_else(text: str, marked: bool, data: st.DataObject) -> None:
    source = read_bytes(text.encode(), "x")
    start = data.draw(st.integers(0, len(source.text)))
    end = data.draw(st.integers(start, len(source.text)))
    written = "\ufeff" * marked + text
    changed = apply(written, [Edit(start, end, "NEW")])
    before, _, after = changed.partition("NEW")
    assert written.startswith(before)
    assert written.endswith(after)
    removed = written[len(before) : len(written) - len(after)]
    assert removed.replace("\r\n", "\n").replace("\r", "\n") == source.text[start:end]


def test_line_ends_and_byte_order_mark_stay() -> None:
    text = "\ufeffa: 1\r\nb: two\r\nc: 3\n"
    assert apply(text, [Edit(5, 6, "x"), Edit(8, 11, "y\nz")]) == "\ufeffa: 1\r\nx: y\r\nz\r\nc: 3\n"


def problem(source: Source, *edits: Edit, safe: bool = True) -> Problem:
    return Problem("x", str(edits), source.place(), fix=Fix("f", edits, safe))


def test_fixes_that_touch_each_other_wait_for_the_next_round() -> None:
    source = read_text("abcdef", "x")
    first, second, third = Edit(0, 2, "x"), Edit(1, 3, "y"), Edit(2, 3, "z")
    problems = [problem(source, edit) for edit in (first, second, third, first)]
    assert [fix.edits for fix in usable(problems, unsafe=False, size=6)] == [(first,), (third,)]
    outside = [problem(source, Edit(5, 9, "")), problem(source, Edit(3, 2, "")), problem(source, Edit(-1, 0, ""))]
    assert usable(outside, unsafe=False, size=6) == []


def test_a_fix_that_never_ends_is_stopped_and_one_that_breaks_the_file_is_not_made() -> None:
    def grow(source: Source) -> list[Problem]:
        return [problem(source, Edit(0, 0, "# x\n"))]

    def damage(source: Source) -> list[Problem]:
        return [problem(source, Edit(0, 1, "["))]

    assert fix_bytes(b"a: 1\n", "x", grow).count == 10
    assert fix_bytes(b"a: 1\n", "x", damage).after == "a: 1\n"
    assert fix_bytes(b"\xff", "x", grow).count == 0


def test_a_file_is_replaced_at_once_and_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    target, link = tmp_path / "a.yaml", tmp_path / "b.yaml"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_atomically(link, "new\r\n")
    assert target.read_bytes() == b"new\r\n"
    assert target.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.yaml", "b.yaml"]
