"""Rules about Snowflake and Databricks: their fixes, their dates, and values of any type."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagspec.environment import Environment
from dagspec.facts import Facts
from dagspec.fixes import apply
from dagspec.lint import check_source
from dagspec.operator_facts import facts_of, native_facts
from dagspec.problem import Problem
from dagspec.rulekit.runtimes import runtime_of, runtimes
from dagspec.source import read_text
from dagspec.specs import read_environments

ROOT = Path(__file__).parent.parent.parent
SPECS = ROOT / "tests/specs/err"
DATABRICKS = "airflow.providers.databricks.operators.databricks."
SUBMIT = DATABRICKS + "DatabricksSubmitRunOperator"


def found(text: str, repository: Path) -> list[Problem]:
    environments = list(read_environments(repository).values())
    return check_source(read_text(text, "dag_specs/example.yaml"), environments, repository)


@pytest.mark.parametrize("rule", ["undefined-job-cluster", "constant-idempotency-token"])
def test_fixes_mend_what_they_name_and_nothing_twice(rule: str, repository: Path) -> None:
    text = (SPECS / f"{rule}.yaml").read_text()
    problems = [one for one in found(text, repository) if one.rule == rule]
    fixes = [one.fix for one in problems if one.fix]
    assert fixes
    fixed = apply(text, [edit for fix in fixes for edit in fix.edits])
    left = [one for one in found(fixed, repository) if one.rule == rule]
    assert len(left) == len(problems) - len(fixes)
    assert not any(one.fix for one in left)
    assert read_text(fixed, "a").problems == []


def test_a_token_is_fixed_whatever_its_quotes(repository: Path) -> None:
    text = (SPECS / "constant-idempotency-token.yaml").read_text()
    fixes = [one.fix for one in found(text, repository) if one.rule == "constant-idempotency-token"]
    fixed = read_text(apply(text, [edit for fix in fixes if fix for edit in fix.edits]), "a").value["tasks"]
    assert fixed["run"]["idempotency_token"] == "clean-pins-{{ run_id }}"
    assert fixed["in_json"]["json"]["idempotency_token"] == "clean-pins-{{ run_id }}"
    assert fixed["trigger"]["idempotency_token"] == "${var.token}-{{ run_id }}"


@pytest.mark.parametrize(
    ("key", "day", "ended"),
    [
        ("13.3.x-scala2.12", date(2026, 8, 21), False),
        ("13.3.x-scala2.12", date(2026, 8, 22), True),
        ("custom:release__12.2.x-snapshot-scala2.12", date(2026, 11, 20), True),
        ("7.3.x-scala2.12", date(2026, 11, 20), True),
        ("13.0.x-scala2.12", date(2026, 3, 2), False),  # newer than all that is known to have ended
        ("18.0.x-scala2.13", date(2026, 11, 20), False),
    ],
)
def test_support_ends_on_its_day(key: str, day: date, ended: bool) -> None:
    runtime = runtime_of(key, day)
    assert runtime is not None
    assert runtime.has_ended == ended


@pytest.mark.parametrize("key", [None, 15, "", "auto:latest-lts", "{{ var.value.dbr }}", ["15.4"]])
def test_other_values_name_no_release(key: object) -> None:
    assert runtime_of(key, date(2026, 11, 20)) is None


def test_the_recommended_release_is_supported() -> None:
    recommended = runtime_of(runtimes().recommended, runtimes().checked)
    assert recommended is not None
    assert not recommended.has_ended


def test_facts_name_what_the_rules_know() -> None:
    kinds = {"", "job", "run", "task", "trigger"}
    for operator in native_facts():
        facts = facts_of(operator, {})
        assert isinstance(facts, Facts)
        assert facts.databricks in kinds, operator
    assert facts_of(SUBMIT, {}).databricks == "run"


VALUES = st.recursive(
    st.sampled_from([None, True, 3, "", "x", "{{ ds }}", "a.sql", "SELECT '", "COPY x FORCE = TRUE", "/mnt/x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["tasks", "new_cluster", "task_key", "job_cluster_key", "for_each_task", "task", "force"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
OPTIONS = ["json", "tasks", "job_clusters", "new_cluster", "existing_cluster_id", "idempotency_token", "task_config"]
OTHERS = ["sql", "statement", "copy_options", "force_copy", "hook_params", "authenticator", "preoperator", "retries"]


@cache
def environment() -> Environment:
    return next(iter(read_environments(ROOT).values()))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_values_give_no_internal_error(data: st.DataObject) -> None:
    operator = data.draw(st.sampled_from([name for name in native_facts() if "databricks" in name or "sql" in name]))
    keys = data.draw(st.lists(st.sampled_from([*OPTIONS, *OTHERS]), unique=True))
    task = {"operator": operator} | {key: data.draw(VALUES) for key in keys}
    text = json.dumps({"schedule": "@daily", "tasks": {"a": task}})
    problems = check_source(read_text(text, "dag_specs/example.yaml"), [environment()], ROOT)
    assert [problem.message for problem in problems if problem.rule == "internal-error"] == []
    for problem in problems:
        assert 1 <= problem.span.line <= text.count("\n") + 1
