"""`environments.yaml`: one clear error, with its place, for each slip of the pen."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dagspec.catalog import catalog
from dagspec.environment import load_environments
from dagspec.lint import lint
from dagspec.native_catalog import native_catalog
from dagspec.problem import SpecError
from dagspec.source import read_text

FILE = "dag_specs/environments.yaml"
BASH = "airflow.providers.standard.operators.bash.BashOperator"
STANDARD = f"airflow.providers.standard {native_catalog().providers['airflow.providers.standard']}"
SPEC = """\
schedule: null
owner: music
tasks:
  pull: {operator: itunes.search_to_s3, artists: [Adele], destination: s3://lake/x}
"""


def found(text: str) -> list[str]:
    """What is wrong in a file of environments: place, rule, message, help."""
    try:
        load_environments(read_text(text, FILE))
    except SpecError as error:
        return [
            f"{one.span.line}:{one.span.column} {one.rule}: {one.message}" + (f" | {one.help}" if one.help else "")
            for one in error.problems
        ]
    return []


def defaults(text: str) -> str:
    return f"local:\n  operator_defaults:\n    {text}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "emr.transient_clustr: {idle_timeout: 1h}",
            '3:5 unknown-operator: unknown operator "emr.transient_clustr" | did you mean "emr.transient_cluster"?',
        ),
        (
            "emr.transient_cluster: {log_url: s3://lake/logs}",
            '3:29 unknown-key: unknown key "log_url" | did you mean "log_uri"?',
        ),
        (
            "emr.transient_cluster: {relase_label: emr-7.9.0}",  # an option that is required of a task
            '3:29 unknown-key: unknown key "relase_label" | did you mean "release_label"?',
        ),
        (
            "emr.transient_cluster: {core: {instance_tpe: m5.xlarge}}",
            '3:36 unknown-key: unknown key "instance_tpe" | did you mean "instance_type"?',
        ),
        (
            "emr.transient_cluster: {retires: 3}",  # one that every task takes
            '3:29 unknown-key: unknown key "retires" | did you mean "retries"?',
        ),
        (
            "itunes.search_to_s3: {limit: many}",
            '3:34 wrong-type: "limit" must be a whole number (1 to 200), got "many"',
        ),
        (
            "itunes.search_to_s3: {dependencies: [a]}",
            '3:27 unknown-key: "dependencies" has no default | it is a matter of each task',
        ),
        (
            f"{BASH}: {{bash_comand: ls}}",
            '3:62 unknown-key: BashOperator has no argument "bash_comand" | did you mean "bash_command"?',
        ),
        (
            f"{BASH}s: {{bash_command: ls}}",
            f'3:5 unknown-operator: no operator "{BASH}s" in {STANDARD} | did you mean "{BASH}"?',
        ),
        (
            "my.company.Run: {a: 1}",
            '3:5 unknown-operator: unknown operator "my.company.Run" | dotted paths begin with "airflow.providers."',
        ),
    ],
)
def test_a_mistyped_default_is_one_error(text: str, expected: str) -> None:
    assert found(defaults(text)) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "emr.transient_cluster: {log_uri: s3://lake/logs, retries: 3, core: {count: 2}, x-note: [1]}",
        "itunes.search_to_s3: {}",
        f"{BASH}: {{env: {{A: b}}, execution_timeout: 1h, append_env: true}}",
        "airflow.providers.ssh.operators.ssh.SSHOperator: {anything: 1}",  # a package that is not in the table
        "x-base: {a: 1}",
    ],
)
def test_sound_defaults_are_silent(text: str) -> None:
    assert found(defaults(text)) == []


@pytest.mark.parametrize("operator", catalog())
def test_every_shared_operator_takes_defaults(operator: str) -> None:
    assert found(defaults(f"{operator}: {{}}")) == []
    assert found(defaults(f"{operator}: {{retries: 2, execution_timeout: 1h}}")) == []
    [error] = found(defaults(f"{operator}: {{no_such_option: 1}}"))
    assert 'unknown key "no_such_option"' in error


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("code_url: s3://lake/code", '2:3 unknown-key: unknown key "code_url" | did you mean "code_uri"?'),
        ("aws_regoin: eu-west-1", '2:3 unknown-key: unknown key "aws_regoin" | did you mean "aws_region"?'),
        (
            "operator_default: {itunes.search_to_s3: {limit: 3}}",
            '2:3 unknown-key: unknown key "operator_default" | did you mean "operator_defaults"?',
        ),
        ("code_uri: lake/code", '2:13 wrong-type: "code_uri" must be an s3:// path, got "lake/code"'),
        ("code_uri: 5", '2:13 wrong-type: "code_uri" must be an s3:// path, got 5'),
        ("operator_defaults: null", '2:22 wrong-type: "operator_defaults" must be a mapping of operators to their'),
        ("aws_region: Ireland", '2:15 wrong-type: "aws_region" must be the name of an AWS region, such as us-east-1'),
        ("lake: s3://${env.bucket}/x", "2:14 wrong-reference: ${env.bucket} is replaced in specs only, not in"),
        (
            "operator_defaults: {itunes.search_to_s3: {destination: '${env.lake}/x'}}",
            "2:59 wrong-reference: ${env.lake} is replaced in specs only, not in",
        ),
    ],
)
def test_a_reserved_name_is_spelled_and_typed_right(text: str, expected: str) -> None:
    [one] = found(f"local:\n  {text}\n")
    assert one.startswith(expected)


@pytest.mark.parametrize(
    "text",
    [
        "code_uri: s3://lake/code\n  code_url: s3://lake/other",  # the right one is set
        "code_url: https://git.example.org/team",  # looks like a name of the team's own
        "lake_uri: s3://lake/raw",
        "aws_region_of_backups: eu-west-1",
        "emr_region: eu-west-1",
        "operator_default: 3",
    ],
)
def test_names_of_the_team_are_left_alone(text: str) -> None:
    assert found(f"local:\n  {text}\n") == []


def test_what_an_anchor_brings_into_two_environments_is_told_once() -> None:
    anchor = "x-all: &all {itunes.search_to_s3: {limt: 3}}\n"
    assert found(anchor + "dev: {operator_defaults: *all}\nprod: {operator_defaults: *all}\n") == [
        '1:36 unknown-key: unknown key "limt" | did you mean "limit"?'
    ]


def test_defaults_beside_the_environments_are_an_error() -> None:
    assert found("operator_defaults: {itunes.search_to_s3: {limit: 3}}\nlocal: {a: 1}\n") == [
        '1:1 wrong-type: "operator_defaults" must stand in an environment, not beside them'
    ]


def test_lint_tells_it_in_place_of_what_would_follow(repository: Path) -> None:
    (repository / "dag_specs/pull.yaml").write_text(SPEC)
    (repository / FILE).write_text(defaults("itunes.search_to_s3: {limt: 3}"))
    assert [(one.place.source.name, one.rule) for one in lint(repository).problems] == [(FILE, "unknown-key")]


def test_a_reference_in_the_defaults_does_not_make_a_task_disappear(repository: Path) -> None:
    (repository / "dag_specs/pull.yaml").write_text(SPEC)
    (repository / FILE).write_text(defaults("itunes.search_to_s3: {http_conn_id: '${env.connection}'}"))
    assert [one.rule for one in lint(repository).problems] == ["wrong-reference"]


NAMES = ["local", "x-all", "code_uri", "code_url", "aws_region", "operator_defaults", BASH, BASH + "s", *catalog()]
keys = st.sampled_from([*NAMES, "core", "steps", "limit", "env", "operator", "partial"]) | st.text(max_size=4)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["s3://lake", "${env.a}", "{{ ds }}"])
)
values = st.recursive(
    scalars | st.text(max_size=4), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=3)
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        keys, st.dictionaries(keys, st.dictionaries(keys, values, max_size=2) | values, max_size=3) | values, max_size=2
    )
)
def test_any_values_give_environments_or_problems_in_the_file(value: object) -> None:
    text = yaml.safe_dump(value, allow_unicode=False)
    try:
        load_environments(read_text(text, FILE))
    except SpecError as error:
        assert all(one.span.line <= text.count("\n") + 1 and one.rule != "internal-error" for one in error.problems)
