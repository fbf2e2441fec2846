"""Whatever stands in a spec, lint answers with findings whose places lie in the file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagspec.environment import Environment
from dagspec.lint import check_source
from dagspec.source import read_text
from dagspec.specs import read_environments

ROOT = Path(__file__).resolve().parent.parent.parent
NATIVE = "airflow.providers."
OPERATORS = [
    "emr.transient_cluster",
    f"{NATIVE}standard.operators.empty.EmptyOperator",
    f"{NATIVE}standard.operators.weekday.BranchDayOfWeekOperator",
    f"{NATIVE}amazon.aws.sensors.s3.S3KeySensor",
    "no.such_operator",
]
SCHEDULES = ["@daily", "@dayly", "*/5 * * * *", "0 25 * * *", "0 0 30 2 *", "*/" + "9" * 5000 + " * * * *", "٣ * * * *"]
ODD = [
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "x",
    "a",
    "2h",
    "2024-01-01",
    "${var.x}",
    "${env.lake_bucket}",
    "{{ ds }}",
    "all_done",
]
VALUES = st.recursive(
    st.sampled_from([*ODD, *SCHEDULES]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abx"), inner, max_size=3),
    max_leaves=4,
)
TASK_IDS = ["a", "b", "c", "d"]
TASK = st.fixed_dictionaries(
    {"operator": st.sampled_from(OPERATORS)},
    optional={
        "dependencies": st.lists(st.sampled_from([*TASK_IDS, "group"]), max_size=3) | VALUES,
        "task_group_name": st.just("group") | VALUES,
        "release_label": st.just("emr-7.9.0"),
        "steps": st.just({"ls": {"command": ["ls"]}}) | VALUES,
        "bucket_key": st.just("s3://a/b"),
        "trigger_rule": st.sampled_from(["all_done", "all_success"]) | VALUES,
        "execution_timeout": VALUES,
        "owner": VALUES,
    },
)
SPEC = st.fixed_dictionaries(
    {"tasks": st.dictionaries(st.sampled_from(TASK_IDS), TASK, min_size=1)},
    optional={
        "schedule": st.sampled_from(SCHEDULES) | VALUES,
        "start_date": st.just("2024-01-01") | VALUES,
        "catchup": st.booleans() | VALUES,
        "task_groups": st.just({"group": {}}) | VALUES,
        **dict.fromkeys(["end_date", "timezone", "default_args", "owner", "vars", "max_active_runs"], VALUES),
    },
)


@cache
def environments() -> list[Environment]:
    return list(read_environments(ROOT).values())[:1]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SPEC)
def test_any_spec_gives_findings_in_the_file(spec: dict[str, Any]) -> None:
    text = yaml.safe_dump(spec, allow_unicode=True, sort_keys=False, width=10_000)
    lines = text.split("\n")
    for problem in check_source(read_text(text, "dag_specs/example.yaml"), environments(), ROOT):
        span = problem.span
        assert problem.rule != "internal-error", problem.message
        assert 1 <= span.line <= span.end_line <= len(lines)
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1
