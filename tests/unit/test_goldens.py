"""Every file of tests/specs/err gives exactly the problems of its .out file; those of ok give none.

`pytest --update` rewrites the .out files.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dagspec.lint import Result, lint
from dagspec.rule import all_rules
from dagspec.text import report

SPECS = Path(__file__).parent.parent / "specs"
ERR = sorted((SPECS / "err").glob("*.yaml"))
OK = sorted((SPECS / "ok").glob("*.yaml"))


# what the files of other rules leave out to stay short
ABSENCES = {"missing-schedule", "missing-owner"}


def linted(path: Path, repository: Path) -> Result:
    shutil.copy(path, repository / "dag_specs")
    rule = all_rules().get(path.stem)
    result = lint(repository, pedantic=rule is not None and rule.severity == "info")
    result.problems = [problem for problem in result.problems if problem.rule not in ABSENCES - {path.stem}]
    return result


@pytest.mark.parametrize("path", ERR, ids=lambda path: path.stem)
def test_broken_spec_gives_its_golden_report(path: Path, repository: Path, pytestconfig: pytest.Config) -> None:
    found = report(linted(path, repository).problems) + "\n"
    golden = path.with_suffix(".out")
    if pytestconfig.getoption("--update"):
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")
    assert found.strip()


@pytest.mark.parametrize("path", OK, ids=lambda path: path.stem)
def test_sound_spec_gives_nothing(path: Path, repository: Path) -> None:
    assert report(linted(path, repository).problems) == ""


def test_there_are_goldens() -> None:
    assert len(ERR) > 20
    assert OK
