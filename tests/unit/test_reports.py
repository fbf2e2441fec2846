"""The formats of lint: what people, editors, GitHub and code scanning read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator

from dagspec.lint import Result, lint
from dagspec.problem import Edit, Fix, Problem, Related
from dagspec.report import REPORTERS
from dagspec.source import read_text
from dagspec.text import framed, headline

SPEC = """\
# two mistakes: a name and a circle
tasks:
  pull: {operator: itunes.search_to_s4}
  load:
    operator: airflow.providers.standard.operators.bash.BashOperator
    dependencies: [check]
    bash_command: "100%, echo: {{ ti.xcom_pull(task_ids='nobody') }}"

  check:
    operator: airflow.providers.standard.operators.bash.BashOperator
    dependencies: [load]
    bash_command: id
"""
MACHINES = ("json", "sarif", "github", "concise")


@pytest.fixture
def result(repository: Path) -> Result:
    (repository / "dag_specs/sub dir").mkdir()
    (repository / "dag_specs/sub dir/two.yaml").write_text(SPEC)
    return lint(repository)


@pytest.fixture(scope="session")
def sarif_schema(root: Path) -> Draft4Validator:
    return Draft4Validator(json.loads((root / "tests/data/sarif-2.1.0.schema.json").read_text()))


def test_a_frame_shows_both_ends_in_the_order_of_the_file() -> None:
    source = read_text("a: 1\nb: 2\nc: 3\nd: 4\n", "x.yaml")
    related = (
        Related(source.place(("a",), "key"), "starts here"),
        Related(source.place(("b",), "key"), "uses it"),
        Related(read_text("z: 1\n", "y.yaml").place(("z",)), "is another file"),
    )
    problem = Problem("leak", "it leaks", source.place(("d",)), "stop it", related=related)
    assert framed(problem).split("\n") == [
        "x.yaml:4:4: error[leak] it leaks",
        "  |",
        "1 | a: 1",
        "  | - starts here",
        "2 | b: 2",
        "  | - uses it",
        "...",
        "4 | d: 4",
        "  |    ^",
        "  = note: y.yaml:1:4 is another file",
        "  = help: stop it",
    ]


def test_marks_stand_under_wide_letters_and_long_lists_of_places_are_cut() -> None:
    source = read_text("a: [東京, b]\n" + "".join(f"k{n}: 1\n" for n in range(20)), "x.yaml")
    related = tuple(Related(source.place((f"k{n}",), "key"), "too") for n in range(20))
    lines = framed(Problem("r", "m", source.place(("a", 1)), related=related)).split("\n")
    assert lines[3] == "  |" + " " * 11 + "^"
    assert "  = note: and 15 more places" in lines
    assert framed(Problem("r", "m", source.place(("a", 0)))).split("\n")[3].endswith("|     ^^^^")


def test_text_says_how_to_fix_and_where_to_read_more(result: Result) -> None:
    text = REPORTERS["text"](result)
    assert "\033[" not in text
    assert "  = fix:  dagspec lint --fix --unsafe\n  = rule: dagspec explain unknown-operator" in text
    assert "1 can be fixed with --fix --unsafe" in text
    assert re.fullmatch(r"\d errors?(, \d warnings?)? in 1 of 1 spec \(\d+ ms\)", text.rpartition("\n")[2])
    assert REPORTERS["text"](Result(3)) == "No problems in 3 specs."


def test_colours_on_a_terminal_only(result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = REPORTERS["text"](result)
    assert "\033[1;31merror[unknown-operator]\033[0m" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert re.sub(r"\033\[[\d;]*m", "", coloured) == REPORTERS["text"](result)


def test_concise_is_one_line_each(result: Result) -> None:
    lines = REPORTERS["concise"](result).split("\n")
    assert lines[:-1] == [headline(problem) for problem in result.problems]


def test_json_is_as_documented(result: Result, root: Path) -> None:
    page = (root / "docs/lint.md").read_text()
    schema = json.loads(page.partition("```json\n")[2].partition("\n```")[0])
    Draft202012Validator.check_schema(schema)
    document = json.loads(REPORTERS["json"](result))
    assert list(Draft202012Validator(schema).iter_errors(document)) == []
    first = next(one for one in document["problems"] if one["rule"] == "unknown-operator")
    assert (first["file"], first["line"], first["column"]) == ("dag_specs/sub dir/two.yaml", 3, 20)
    assert first["fix"]["edits"] == [
        {"line": 3, "column": 20, "end_line": 3, "end_column": 39, "text": "itunes.search_to_s3"}
    ]
    assert document["summary"]["errors"] == result.count("error")


def test_sarif_is_valid(result: Result, sarif_schema: Draft4Validator) -> None:
    document = json.loads(REPORTERS["sarif"](result))
    assert list(sarif_schema.iter_errors(document)) == []
    run = document["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for found, problem in zip(run["results"], result.problems, strict=True):
        assert rules[found["ruleIndex"]] == found["ruleId"] == problem.rule
        location = found["locations"][0]["physicalLocation"]
        assert location["artifactLocation"]["uri"] == "dag_specs/sub%20dir/two.yaml"
        assert location["region"]["startLine"] == problem.span.line
    cycle = next(found for found in run["results"] if found["ruleId"] == "dependency-cycle")
    assert [one["message"]["text"] for one in cycle["relatedLocations"]] == ["is part of the cycle"]
    assert list(sarif_schema.iter_errors(json.loads(REPORTERS["sarif"](Result(1))))) == []


def test_fingerprints_survive_moved_lines_and_differ_from_each_other(repository: Path) -> None:
    def prints(text: str) -> list[str]:
        (repository / "dag_specs/two.yaml").write_text(text)
        results = json.loads(REPORTERS["sarif"](lint(repository)))["runs"][0]["results"]
        return [one["partialFingerprints"]["dagspecFinding/v1"] for one in results]

    twice = SPEC.replace("bash_command: id", "bash_command: \"{{ ti.xcom_pull(task_ids='nobody') }}\"")
    assert prints(twice) == prints("# moved\n\n" + twice)
    assert len(set(prints(twice))) == len(prints(twice)) > 1


def test_github_annotations_are_escaped_and_errors_come_first(repository: Path) -> None:
    (repository / "dag_specs/a,b.yaml").write_text("vars: {x: 1}\n" + SPEC)
    result = lint(repository)
    result.problems.insert(0, Problem("w", "50%\r\nof, it: all", result.problems[0].place, severity="warning"))
    lines = REPORTERS["github"](result).split("\n")
    assert lines[0].startswith("::error file=dag_specs/a%2Cb.yaml,line=")
    levels = [line.partition(" ")[0] for line in lines[:-1]]
    assert levels == sorted(levels)
    warning = next(line for line in lines if "title=w" in line)
    assert warning.endswith("::50%25%0D%0Aof, it: all")


def test_auto_is_github_in_a_workflow(result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert REPORTERS["auto"](result) == REPORTERS["github"](result)
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert REPORTERS["auto"](result) == REPORTERS["text"](result)


@pytest.mark.parametrize("name", MACHINES)
def test_reports_are_the_same_on_every_run(name: str, repository: Path) -> None:
    (repository / "dag_specs/two.yaml").write_text(SPEC)
    assert REPORTERS[name](lint(repository)) == REPORTERS[name](lint(repository))


@pytest.mark.parametrize("name", REPORTERS)
def test_no_format_prints_a_secret(name: str, repository: Path) -> None:
    key, password = "AKIA" + "IOSFODNN7EXAMPLE", "hunter2-" + "Xy7pQ9"
    text = f"tasks:\n  a:\n    operator: x.{key}\n    aws_key: {key}\n    password: {password}\n    {key}: 1\n"
    (repository / "dag_specs/leaky.yaml").write_text(
        text + f"  b: {{dependencies: [{key}], db_password: {password}}}\n"
    )
    result = lint(repository, pedantic=True)
    place = result.problems[0].place
    fix = Fix(f"write {key}", (Edit(0, 1, f"password: {password}"),))
    result.problems.append(
        Problem("wrong-type", f"got {key}", place, f"use {key}", related=(Related(place, key),), fix=fix)
    )
    shown = REPORTERS[name](result)
    assert len(shown) > 100
    assert key not in shown
    assert password not in shown


@given(text=st.text(alphabet="ab:-[]{}&*!|>'\"#,? \n<%\t\u2028é", max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_any_text_gives_valid_reports(text: str, repository: Path, sarif_schema: Draft4Validator) -> None:
    (repository / "dag_specs/any.yaml").write_text(text)
    result = lint(repository, pedantic=True)
    assert list(sarif_schema.iter_errors(json.loads(REPORTERS["sarif"](result)))) == []
    assert len(json.loads(REPORTERS["json"](result))["problems"]) == len(result.problems)
    assert len(REPORTERS["github"](result).split("\n")) == len(result.problems) + 1
    assert len(REPORTERS["text"](result)) > 0
