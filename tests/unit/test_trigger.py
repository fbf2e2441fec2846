"""What a trigger compiles to, how the graph shows it, and which sample starts a run on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagspec.compiler import Compiled, compile_spec
from dagspec.edges import task_graph
from dagspec.lint import lint
from dagspec.mermaid import mermaid
from dagspec.run.errors import RunError
from dagspec.run.inputs import Input
from dagspec.run.landing import landing_input
from dagspec.source import read_text
from dagspec.spec import S3ObjectEvent
from dagspec.specs import read_environment
from dagspec.trigger import asset_uri, watched_event

SPEC = """
owner: data
trigger:
  s3_object: {bucket: "${env.lake_bucket}", prefix: in/, suffix: .csv, queue: "https://sqs.eu-west-1.amazonaws.com/1/q"}
task_groups:
  rest: {dependencies: [landed]}
tasks:
  landed: {operator: s3.object}
  inside: &empty {operator: airflow.providers.standard.operators.empty.EmptyOperator, task_group_name: rest}
"""
EVENT = S3ObjectEvent(bucket="lake", prefix="in/", suffix=".csv", queue="q")


@pytest.fixture
def compiled(repository: Path) -> Compiled:
    source = read_text(SPEC, "dag_specs/demo.yaml")
    return compile_spec(source, read_environment(repository, "local"), repository)


def test_references_are_resolved_and_defaults_filled_in(compiled: Compiled) -> None:
    event = watched_event(compiled.config)
    assert event == S3ObjectEvent(
        bucket="local-lake", prefix="in/", suffix=".csv", queue="https://sqs.eu-west-1.amazonaws.com/1/q"
    )
    (asset,) = compiled.config["schedule"]
    assert asset["uri"] == "s3://local-lake/in/*.csv?dag=demo"
    assert asset["watchers"][0]["name"] == "q"
    assert asset["watchers"][0]["trigger"]["asset"] == compiled.config["tasks"]["landed"]["asset"] == asset["uri"]


def test_the_graph_begins_with_the_asset(compiled: Compiled) -> None:
    text = mermaid(task_graph(compiled.config))
    assert 't0[("s3://local-lake/in/*.csv?dag=demo")]' in text
    assert "t0 --> t1" in text
    assert "t0 --> t2" not in text


def test_a_schedule_of_assets_is_shown_as_well() -> None:
    config = {"schedule": ["s3://lake/raw"], "tasks": {"a": {}, "b": {"dependencies": ["a"]}}}
    assert task_graph(config).edges == [("a", "b"), ("s3://lake/raw", "a")]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_prefix_makes_a_name_that_airflow_takes(prefix: str) -> None:
    uri = asset_uri(S3ObjectEvent(bucket="lake", prefix=prefix, queue="q"), "demo")
    assert uri.isascii()
    assert uri.count("?") == 1
    assert "#" not in uri


@pytest.mark.parametrize(
    "trigger", ["5", "[]", "null", "{}", "{s3_object: 5}", "{s3_object: {bucket: [1]}}", "{sqs: {}}"]
)
def test_no_trigger_is_so_wrong_that_lint_fails(trigger: str, repository: Path) -> None:
    (repository / "dag_specs/demo.yaml").write_text(f"trigger: {trigger}\ntasks: {{landed: {{operator: s3.object}}}}\n")
    rules = {problem.rule for problem in lint(repository).problems if problem.severity == "error"}
    assert rules <= {"wrong-type", "missing-key", "unknown-key"}
    assert rules


def test_the_first_sample_that_fits_lands() -> None:
    inputs = [Input("lake", key, Path("x")) for key in ("in/a.txt", "out/b.csv", "in/c.csv", "in/d.csv")]
    assert landing_input(EVENT, inputs, "demo").key == "in/c.csv"


def test_without_a_sample_that_fits_it_says_what_to_write() -> None:
    inputs = [Input("other", "in/c.csv", Path("x"))]
    with pytest.raises(RunError, match=r"lands at s3://lake/in/\*\.csv.*dag_specs/tests/demo\.test\.yaml.*--conf"):
        landing_input(EVENT, inputs, "demo")
