"""Every rule: its bad example gives exactly this rule, its good one gives nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagspec.lint import lint
from dagspec.rule import Rule, RuleDoc, all_rules, document
from dagspec.rule_index import INDEX, index
from dagspec.text import report

# what examples of other rules leave out to stay short
ABSENCES = {"missing-schedule", "missing-owner"}
DOCS = [document(rule) for rule in all_rules().values()]
RUNNABLE = [doc for doc in DOCS if doc.runnable]


def found_in(text: str, rule: str, repository: Path) -> list[str]:
    (repository / "dag_specs/example.yaml").write_text(text)
    problems = lint(repository, pedantic=True).problems
    return [problem.rule for problem in problems if problem.rule not in ABSENCES - {rule}]


@pytest.mark.parametrize("doc", RUNNABLE, ids=lambda doc: doc.name)
def test_the_bad_example_gives_exactly_this_rule(doc: RuleDoc, repository: Path) -> None:
    found = found_in(doc.bad, doc.name, repository)
    assert set(found) == {doc.name}, report(lint(repository, pedantic=True).problems)


@pytest.mark.parametrize("doc", RUNNABLE, ids=lambda doc: doc.name)
def test_the_good_example_gives_nothing(doc: RuleDoc, repository: Path) -> None:
    assert found_in(doc.good, doc.name, repository) == [], report(lint(repository, pedantic=True).problems)


def test_names_name_the_bad_pattern() -> None:
    for doc in DOCS:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", doc.name)
        assert not doc.name.startswith("no-")
        assert doc.tags, doc.name
        assert doc.summary.endswith("."), doc.name


def test_every_rule_has_a_golden_file(root: Path) -> None:
    specs = root / "tests/specs/err"
    golden = {path.stem for path in specs.glob("*.yaml")}
    assert {doc.name for doc in DOCS if not doc.stops_loading} <= golden
    reported = "".join(path.read_text() for path in specs.glob("*.out"))
    assert [doc.name for doc in RUNNABLE if f"[{doc.name}] " not in reported] == []


@pytest.mark.parametrize("doc", RUNNABLE, ids=lambda doc: doc.name)
def test_a_rule_says_whether_it_can_be_fixed(doc: RuleDoc, repository: Path) -> None:
    (repository / "dag_specs/example.yaml").write_text(doc.bad)
    problems = [one for one in lint(repository, pedantic=True).problems if one.rule == doc.name]
    fixes = {"safe" if one.fix.safe else "unsafe" for one in problems if one.fix}
    assert fixes <= {doc.fixable}, f"declare it: fixable = {fixes}"
    assert not doc.fixable or fixes, "the bad example should be one that can be fixed"


def emitted(tree: ast.AST) -> Iterator[str]:
    """The rule names that a module passes to `Problem(…)`, `add(…)` or `_add(…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called in ("Problem", "add", "_add", "_problem") and isinstance(node.args[0].value, str):
                yield node.args[0].value


def test_every_rule_that_any_code_can_report_is_documented(root: Path) -> None:
    modules = (root / "plugins/dagspec").rglob("*.py")
    names = {name for path in modules for name in emitted(ast.parse(path.read_text()))}
    names = {name for name in names if re.fullmatch(r"[a-z]+(-[a-z]+)+", name)}
    assert len(names) > 20
    assert names <= {doc.name for doc in DOCS}


def test_what_only_the_compiler_reports_has_no_check_of_its_own() -> None:
    for rule in all_rules().values():
        if rule.stops_loading:
            assert type(rule).check is Rule.check


def test_the_index_of_the_rules_is_current() -> None:
    assert INDEX.read_text(encoding="utf-8") == index(), "run `make docs`"
