"""Rules about graphs and schedules: where they are silent, and what their fixes do."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagspec.fixes import apply
from dagspec.lint import check_source
from dagspec.problem import Problem
from dagspec.source import read_text
from dagspec.specs import read_environments

EMPTY = "airflow.providers.standard.operators.empty.EmptyOperator"
CLUSTER = "{operator: emr.transient_cluster, release_label: emr-7.9.0, steps: {ls: {command: [aws, s3, ls]}}}"
SPECS = Path(__file__).parent.parent / "specs/err"
FIXED = ["parallel-continuous-runs", "redundant-edge", "join-after-branch", "overlapping-runs", "missing-timeout"]


def found(text: str, repository: Path, rule: str) -> list[Problem]:
    environments = list(read_environments(repository).values())
    problems = check_source(read_text(text, "dag_specs/example.yaml"), environments, repository)
    return [problem for problem in problems if problem.rule == rule]


@pytest.mark.parametrize("rule", FIXED)
def test_a_fix_is_complete_and_changes_nothing_twice(rule: str, repository: Path) -> None:
    text = (SPECS / f"{rule}.yaml").read_text()
    fixable = [problem.fix for problem in found(text, repository, rule) if problem.fix]
    fixed = apply(text, [edit for fix in fixable for edit in fix.edits])
    left = found(fixed, repository, rule)
    assert len(left) == len(found(text, repository, rule)) - len(fixable) < 2
    assert [problem for problem in left if problem.fix] == []
    before, after = read_text(text, "a").value, read_text(fixed, "a").value
    assert before["tasks"].keys() == after["tasks"].keys()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("schedule: '*/7 * * * *'", "runs every 4 minutes, but an EMR cluster takes about 8 minutes to start"),
        ("schedule: 0 6 * * *", ""),
        ("schedule: [s3://lake/a]", ""),
        ("schedule: null", ""),
        ("schedule: 0 99 * * *", ""),
    ],
)
def test_too_frequent(keys: str, message: str, repository: Path) -> None:
    problems = found(f"{keys}\ntasks:\n  one: {CLUSTER}\n", repository, "too-frequent")
    assert [problem.message for problem in problems] == ([message] if message else [])


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("start_date: 2026-11-01", "catchup from 2026-11-01 would start 20 EMR clusters"),
        ("start_date: 2026-11-01\nend_date: 2026-11-05", "catchup from 2026-11-01 would start 5 EMR clusters"),
        ("default_args: {start_date: 2026-11-01}", "catchup from 2026-11-01 would start 20 EMR clusters"),
        ("start_date: 2026-12-24", ""),
        ("description: no start date", ""),
    ],
)
def test_catchup_counts_the_missed_runs(keys: str, message: str, repository: Path) -> None:
    text = f"schedule: '@daily'\ncatchup: true\n{keys}\ntasks:\n  one: {CLUSTER}\n"
    problems = found(text, repository, "catchup-with-transient-cluster")
    assert [problem.message for problem in problems] == ([message] if message else [])


def test_catchup_stops_counting(repository: Path) -> None:
    text = f"schedule: '* * * * *'\ncatchup: true\nstart_date: 1990-01-01\ntasks:\n  one: {CLUSTER}\n"
    [problem] = found(text, repository, "catchup-with-transient-cluster")
    assert problem.message == "catchup from 1990-01-01 would start more than 10,000 EMR clusters"


@pytest.mark.parametrize("keys", ["max_active_runs: 1", "max_active_runs: 2", "catchup: true"])
def test_clusters_that_are_limited_or_told_elsewhere_do_not_overlap(keys: str, repository: Path) -> None:
    text = f"schedule: '@daily'\n{keys}\ntasks:\n  one: {CLUSTER}\n"
    assert found(text, repository, "overlapping-runs") == []


def test_the_field_of_a_schedule_is_underlined_also_in_quotes(repository: Path) -> None:
    [problem] = found(f'schedule: "24 24 24 * *"\ntasks: {{a: {{operator: {EMPTY}}}}}\n', repository, "invalid-cron")
    assert (problem.span.line, problem.span.column, problem.span.end_column) == (1, 15, 17)


@pytest.mark.parametrize(
    "schedule", ["${var.when}", "${env.nothing}", "@once", "@continuous", "null", "[s3://a/b]", "5"]
)
def test_what_is_no_cron_or_cannot_be_told_is_left_alone(schedule: str, repository: Path) -> None:
    text = f"vars: {{when: 0 6 * * *}}\nschedule: {schedule!s}\ntasks: {{a: {{operator: {EMPTY}}}}}\n"
    assert found(text, repository, "invalid-cron") == []


def test_a_schedule_of_a_variable_is_checked(repository: Path) -> None:
    text = f"vars: {{when: 0 66 * * *}}\nschedule: ${{var.when}}\ntasks: {{a: {{operator: {EMPTY}}}}}\n"
    [problem] = found(text, repository, "invalid-cron")
    assert (problem.message, problem.span.line) == ('"0 66 * * *": hour 66 is out of 0-23', 2)


def test_tasks_that_all_stand_alone_are_meant_so(repository: Path) -> None:
    tasks = "".join(f"  t{number}: {{operator: {EMPTY}}}\n" for number in range(4))
    assert found(f"schedule: null\ntasks:\n{tasks}", repository, "orphan-task") == []


@pytest.mark.parametrize(
    ("old", "new"), [("dummy", "always"), ("none_failed_or_skipped", "none_failed_min_one_success")]
)
def test_a_removed_trigger_rule_names_the_one_of_today(old: str, new: str, repository: Path) -> None:
    text = f"schedule: null\ntasks: {{a: {{operator: {EMPTY}, trigger_rule: {old}}}}}\n"
    [problem] = found(text, repository, "wrong-type")
    assert problem.help == f'Airflow has removed "{old}": use "{new}"'


def test_a_limit_of_the_run_limits_its_sensors(repository: Path) -> None:
    sensor = "{operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor, bucket_key: s3://a/b, deferrable: true}"
    text = f"schedule: null\ntasks: {{a: {sensor}}}\n"
    assert len(found(text, repository, "missing-timeout")) == 1
    assert found("dagrun_timeout: 3h\n" + text, repository, "missing-timeout") == []


@pytest.mark.parametrize(
    ("table", "keys", "message"),
    [
        ("orders", "", "two runs can write orders at the same time"),
        ("orders", "max_active_runs: 3", "two runs can write orders at the same time"),
        ("orders", "max_active_runs: 1", ""),
        ("'orders_{{ ds_nodash }}'", "", ""),
    ],
)
def test_a_table_that_every_run_writes(table: str, keys: str, message: str, repository: Path) -> None:
    operator = "airflow.providers.amazon.aws.transfers.s3_to_redshift.S3ToRedshiftOperator"
    task = f"{{operator: {operator}, s3_bucket: lake, s3_key: 'in/{{{{ ds }}}}', schema: public, table: {table}}}"
    problems = found(f"schedule: '@daily'\n{keys}\ntasks:\n  load: {task}\n", repository, "overlapping-runs")
    assert [problem.message for problem in problems] == ([message] if message else [])
