"""Every rule: its bad example gives exactly this rule, its good one gives nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dagspec.lint import lint
from dagspec.rule import RuleDoc, all_rules, document
from dagspec.text import report

DOCS = [document(rule) for rule in all_rules().values()]


def found_in(text: str, repository: Path) -> list[str]:
    (repository / "dag_specs/example.yaml").write_text(text)
    problems = lint(repository, pedantic=True).problems
    return [problem.rule for problem in problems]


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_the_bad_example_gives_exactly_this_rule(doc: RuleDoc, repository: Path) -> None:
    found = found_in(doc.bad, repository)
    assert set(found) == {doc.name}, report(lint(repository, pedantic=True).problems)


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_the_good_example_gives_nothing(doc: RuleDoc, repository: Path) -> None:
    assert found_in(doc.good, repository) == [], report(lint(repository, pedantic=True).problems)


def test_names_name_the_bad_pattern() -> None:
    for doc in DOCS:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", doc.name)
        assert not doc.name.startswith("no-")
        assert doc.tags, doc.name
        assert doc.summary.endswith("."), doc.name


def test_every_rule_has_a_golden_file(root: Path) -> None:
    golden = {path.stem for path in (root / "tests/specs/err").glob("*.yaml")}
    assert {doc.name for doc in DOCS} <= golden
