"""What a platform team allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagspec.lint import lint

BASH = "airflow.providers.standard.operators.bash.BashOperator"
SPEC = """\
owner: data
schedule: null
default_args: {retries: 1}
tasks:
  pull: {operator: itunes.search_to_s3, artists: [Adele], destination: s3://lake/raw, execution_timeout: 1h}
  cluster:
    operator: emr.transient_cluster
    dependencies: [pull]
    release_label: emr-7.9.0
    execution_timeout: 2h
    aws_conn_id: aws_of_finance
    region_name: eu-west-1
    core: {instance_type: p3.xlarge, count: 12}
    steps:
      flat: {spark_submit: spark_jobs/itunes/transform_raw.py}
"""


def breaches(repository: Path, rule: str, spec: str = SPEC, name: str = "music/pipeline.yaml") -> list[str]:
    path = repository / "dag_specs" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(spec)
    (repository / "dag_specs/policy.yaml").write_text(f"rules:\n  - {{name: house rule, {rule}}}\n")
    return [
        f"{problem.span.line}:{problem.span.column} {problem.message} | {problem.help}"
        for problem in lint(repository).problems
        if problem.rule == "policy-violation"
    ]


WHY = 'dag_specs/policy.yaml, rule "house rule"'


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            "operators: [itunes.*]",
            f'7:15 operator "emr.transient_cluster" is not allowed | allowed: itunes.* ({WHY})',
        ),
        (
            "connections: [aws_default, itunes_*, emr_default]",
            f'11:18 connection "aws_of_finance" is not allowed | allowed: aws_default, itunes_*, emr_default ({WHY})',
        ),
        ("regions: [us-east-1]", f'12:18 region "eu-west-1" is not allowed | allowed: us-east-1 ({WHY})'),
        ("max_instances: 12", f'6:3 "cluster" starts 13 instances; at most 12 are allowed | {WHY}'),
        (
            "instance_families: [m5]",
            f'13:27 instance type "p3.xlarge" is not allowed | families: m5 ({WHY})',
        ),
        ("required: [tags]", f'1:1 the spec must set "tags" | {WHY}'),
        ("required: [pool]", f'5:3 "pull" must set "pool" | or set it in "default_args" ({WHY})'),
        ("forbidden: [OF_finance]", f'11:22 "OF_finance" is forbidden | {WHY}'),
    ],
)
def test_a_breach_is_told_with_its_place_and_the_rule(rule: str, expected: str, repository: Path) -> None:
    assert breaches(repository, rule)[0] == expected


def test_the_connection_of_a_trigger_counts_as_well(repository: Path) -> None:
    trigger = "trigger: {s3_object: {bucket: my-landing, queue: q, aws_conn_id: aws_of_finance}}\n"
    (repository / "dag_specs/landing.yaml").write_text(f"{trigger}tasks: {{landed: {{operator: s3.object}}}}\n")
    found = [one for one in breaches(repository, "connections: [aws_default]") if one.startswith("1:")]
    assert found == [f'1:66 connection "aws_of_finance" is not allowed | allowed: aws_default ({WHY})']


@pytest.mark.parametrize(
    "rule",
    [
        "operators: ['emr.*', itunes.search_to_s3]",
        "max_instances: 13",
        "instance_families: [m5, p3]",
        "required: [owner, retries, execution_timeout]",
        "specs: ['finance/*'], forbidden: [s3]",
    ],
)
def test_what_is_allowed_is_silent(rule: str, repository: Path) -> None:
    assert breaches(repository, rule) == []


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            "operators: [emr.*, emr.transient_clustr]",
            '1:42 unknown-operator no operator "emr.transient_clustr" | did you mean "emr.transient_cluster"?',
        ),
        (
            f"operators: [{BASH[:-2]}er]",
            f'1:35 unknown-operator no operator "{BASH[:-2]}er" | did you mean "{BASH}"?',
        ),
        (
            "required: [owner, ownr]",
            '1:41 unknown-key no spec and no operator takes a key "ownr" | did you mean "owner"?',
        ),
        ("requird: [owner]", '1:23 unknown-key unknown key "requird" | did you mean "required"?'),
    ],
)
def test_a_mistyped_name_in_a_policy_is_told_there(rule: str, expected: str, repository: Path) -> None:
    (repository / "dag_specs/pipeline.yaml").write_text(SPEC)
    (repository / "dag_specs/policy.yaml").write_text(f"rules: [{{name: house, {rule}}}]\n")
    assert [
        f"{one.span.line}:{one.span.column} {one.rule} {one.message} | {one.help}" for one in lint(repository).problems
    ] == [expected]


@pytest.mark.parametrize(
    "rule",
    [
        "required: [bash_command]",  # an argument of a provider operator
        "required: [log_uri]",  # an option of a shared one
        "operators: ['*', airflow.providers.ssh.operators.ssh.SSHOperator]",  # a package that the table does not have
    ],
)
def test_names_that_some_operator_has_are_allowed_in_a_policy(rule: str, repository: Path) -> None:
    (repository / "dag_specs/policy.yaml").write_text(f"rules: [{{name: house, {rule}}}]\n")
    assert lint(repository).problems == []


@pytest.mark.parametrize("text", ["rules: 5", "- a", "rules: [{name: x, operatorss: [a]}]", "rules: [", ""])
def test_a_wrong_policy_is_a_problem_of_its_own_file(text: str, repository: Path) -> None:
    (repository / "dag_specs/pipeline.yaml").write_text(SPEC)
    (repository / "dag_specs/policy.yaml").write_text(text)
    problems = lint(repository).problems
    assert {problem.place.source.name for problem in problems} == {"dag_specs/policy.yaml"}
