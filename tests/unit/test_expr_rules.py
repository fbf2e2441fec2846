"""Rules about Jinja and ids: exact places through references and every style of text, and no false alarms."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dagspec.lint import lint
from dagspec.odd_scalars import odd_scalars
from dagspec.problem import Problem
from dagspec.source import read_text

BASH = "airflow.providers.standard.operators.bash.BashOperator"
EMPTY = "airflow.providers.standard.operators.empty.EmptyOperator"


def problems_of(text: str, repository: Path, name: str = "example") -> list[Problem]:
    (repository / f"dag_specs/{name}.yaml").write_text(text, encoding="utf-8")
    absent = ("missing-owner", "missing-schedule")
    return [problem for problem in lint(repository, pedantic=True).problems if problem.rule not in absent]


def marked(problem: Problem) -> str:
    """The characters that a finding underlines."""
    span, lines = problem.span, problem.place.source.text.split("\n")
    assert span.line == span.end_line
    return lines[span.line - 1][span.column - 1 : span.end_column - 1]


@pytest.mark.parametrize(
    "value",
    [
        "echo dss {{ dss }}",
        '"echo dss \\"\\u00e9\\" {{ dss }}"',
        "'echo ''dss'' {{ dss }}'",
        "|\n      echo dss\n\n        {{ dss }}\n",
        ">-\n      echo dss\n      folded {{ dss }}\n",
        "&anchor echo dss {{ dss }}",
        "!!str echo dss {{ dss }}",
    ],
)
def test_a_name_is_marked_in_every_style_of_text(value: str, repository: Path) -> None:
    text = f"tasks:\n  a:\n    operator: {BASH}\n    bash_command: {value}\n"
    (problem,) = problems_of(text, repository)
    assert problem.rule == "unknown-template-variable"
    assert marked(problem) == "dss"
    source = problem.place.source
    offset = sum(len(line) + 1 for line in source.text.split("\n")[: problem.span.line - 1]) + problem.span.column - 1
    assert source.text[:offset].endswith("{{ ")


VARIABLES = """
vars:
  day: "{{ dss }}"
  path: s3://lake/${var.day}
  list: [a, "${var.path}"]
"""


@pytest.mark.parametrize(
    "command", ["echo ${var.day}", "echo dss ${var.path}", "${var.path}", "a ${var.path}${env.lake_bucket} b"]
)
def test_what_comes_from_a_variable_is_marked_there_once(command: str, repository: Path) -> None:
    tasks = [f'  {name}: {{operator: {BASH}, bash_command: "{command}"}}\n' for name in "ab"]
    (problem,) = problems_of(VARIABLES + "tasks:\n" + "".join(tasks), repository)
    assert (problem.span.line, marked(problem)) == (3, "dss")


def test_an_item_of_a_list_from_a_variable_is_marked_there(repository: Path) -> None:
    task = "tasks:\n  a: {operator: itunes.search_to_s3, artists: '${var.list}', destination: s3://lake/a}\n"
    (problem,) = problems_of(VARIABLES + task, repository)
    assert (problem.span.line, marked(problem)) == (3, "dss")


def test_what_comes_from_an_environment_is_marked_where_it_is_used(repository: Path) -> None:
    (repository / "dag_specs/environments.yaml").write_text('local: {day: "{{ dss }}"}\n')
    text = f"tasks:\n  a:\n    operator: {BASH}\n    bash_command: echo ${{env.day}}\n"
    (problem,) = problems_of(text, repository)
    assert marked(problem) == "echo ${env.day}"


def test_a_text_that_airflow_does_not_render_is_no_template(repository: Path) -> None:
    text = f"tasks:\n  a: {{operator: {BASH}, bash_command: echo, doc_md: '{{{{ dss }}', append_env: true}}\n"
    assert problems_of(text, repository) == []


def test_a_mistyped_dependency_is_told_once(repository: Path) -> None:
    text = f"""
tasks:
  load: {{operator: {BASH}, bash_command: echo}}
  read: {{operator: {BASH}, dependencies: [laod], bash_command: "{{{{ ti.xcom_pull('load') }}}}"}}
"""
    assert [problem.rule for problem in problems_of(text, repository)] == ["unknown-upstream"]


def test_xcoms_of_a_broken_task_are_not_judged(repository: Path) -> None:
    text = f"""
tasks:
  cluster: {{operator: emr.transient_cluster, release_label: emr-7.9.0, stepps: {{}}}}
  read:
    operator: {BASH}
    dependencies: [cluster]
    bash_command: "{{{{ ti.xcom_pull('cluster.create_cluster')['x'] }}}}"
"""
    assert {problem.rule for problem in problems_of(text, repository)} == {"unknown-key"}


@pytest.mark.parametrize("name", ["my pipeline", "a+b"])
def test_the_name_of_the_file_must_be_an_id(name: str, repository: Path) -> None:
    (problem,) = problems_of(f"tasks: {{a: {{operator: {EMPTY}}}}}\n", repository, name)
    assert problem.rule == "invalid-id"


@pytest.mark.parametrize("task_id", ["a b", "a/b", "é", "a.b", "a-b", "a+", "", "ж_1", "a\tb"])
def test_airflow_refuses_exactly_the_ids_that_lint_refuses(task_id: str, repository: Path) -> None:
    from airflow.sdk.definitions._internal.node import validate_key

    text = yaml.safe_dump({"tasks": {task_id: {"operator": EMPTY}}}, allow_unicode=True)
    found = [problem.rule for problem in problems_of(text, repository)]
    try:
        validate_key(task_id)
    except ValueError:
        assert found == ["invalid-id"]
    else:
        assert found == []


@pytest.mark.parametrize("key", ["default_view", "sla_miss_callback", "provide_context"])
def test_keys_that_airflow_dropped_are_not_guessed_at(key: str, repository: Path) -> None:
    (problem,) = problems_of(f"{key}: graph\ntasks: {{a: {{operator: {EMPTY}}}}}\n", repository)
    assert problem.rule == "unknown-key"
    assert problem.fix is None
    assert "did you mean" not in problem.help
    assert problem.help.startswith("Airflow")


SCALARS = ["1:30", "12:30:00", "012", "-017", "0", "08", "3.10", "3.1", "NO", "no", "on", "yes", "~", "1_0:20", "0o17"]


@given(st.lists(st.sampled_from(SCALARS), min_size=1, max_size=5))
@settings(max_examples=100)
def test_odd_scalars_are_not_what_they_look_like(scalars: list[str]) -> None:
    source = read_text("version: [" + ", ".join(scalars) + "]", "x")
    for scalar in odd_scalars(source):
        assert str(scalar.value) != scalar.spelling
        start, end = source.offsets(scalar.path, "value")
        assert source.text[start:end] == scalar.spelling


def test_quoting_gives_the_text_that_is_written(repository: Path) -> None:
    text = f"schedule: null\nvars: {{at: 12:30:00, code: NO}}\ntasks: {{a: {{operator: {EMPTY}}}}}\n"
    fixes = [problem.fix for problem in problems_of(text, repository)]
    edits = [edit for fix in fixes if fix for edit in fix.edits]
    for edit in sorted(edits, key=lambda edit: -edit.start):
        text = text[: edit.start] + edit.text + text[edit.end :]
    assert read_text(text, "x").value["vars"] == {"at": "12:30:00", "code": "NO"}
    assert problems_of(text, repository) == []
