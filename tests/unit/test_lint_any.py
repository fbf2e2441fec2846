"""Whatever stands in a spec, lint gives findings, never an exception, and places them inside the file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagspec.catalog import catalog
from dagspec.lint import Linter, Options
from dagspec.native_catalog import native_catalog
from dagspec.report import REPORTERS
from dagspec.rule import all_rules, document
from dagspec.source import read_text
from dagspec.spec import Pipeline, TaskDefaults, TaskGroup, TaskKeys

TEXTS = [
    "",
    "{{ ti.xcom_pull(task_ids='a')[0] }}",
    "{{ ds",
    "{% for x in y %}",
    "${var.x}",
    "s3n://A_b/x",
    "SELECT * FORM t",
    "COPY INTO t FROM @s FORCE = TRUE",
    "0 25 * * *",
    "@daily",
    "2024-02-30",
    "emr-5.33.0",
    "all_done",
    "AKIA" + "IOSFODNN7EXAMPLE",
    "# dagspec: ignore[x]",
]
PLAIN = st.none() | st.booleans() | st.integers(-3, 9) | st.floats(allow_nan=False) | st.sampled_from(TEXTS)
VALUES = st.recursive(
    PLAIN | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "Name", "Steps", "x"]), inner)
    ),
    max_leaves=6,
)
NATIVES = [path for path in native_catalog().operators if path.endswith("Operator")][::7]
OPERATORS = st.sampled_from([*catalog(), *NATIVES, "no.such", 5])


def keys(*kinds: type) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted({key for kind in kinds for key in kind.__struct_fields__}))


ARGUMENTS = ["steps", "job_flow_overrides", "sql", "json", "core", "bash_command", "job_flow_id", "wait_for_completion"]
TASKS = st.fixed_dictionaries(
    {"operator": OPERATORS},
    optional={
        "dependencies": st.lists(st.sampled_from(["a", "b", "c"]), max_size=3) | VALUES,
        **dict.fromkeys([*ARGUMENTS, *TaskKeys.__struct_fields__[1:], *TaskDefaults.__struct_fields__[:8]], VALUES),
    },
)
SPECS = st.dictionaries(keys(Pipeline), VALUES, max_size=4).flatmap(
    lambda spec: st.fixed_dictionaries(
        {
            **{key: st.just(value) for key, value in spec.items()},
            "tasks": st.dictionaries(st.sampled_from(["a", "b", "c"]), TASKS | VALUES, max_size=3) | VALUES,
            "task_groups": st.dictionaries(
                st.sampled_from(["b", "g"]), st.dictionaries(keys(TaskGroup), VALUES, max_size=2) | VALUES, max_size=2
            ),
        }
    )
)


@pytest.fixture(scope="module")
def linter(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Linter:
    repository = tmp_path_factory.mktemp("repository")
    (repository / "dag_specs").mkdir()
    shutil.copy(root / "tests/specs/environments.yaml", repository / "dag_specs")
    return Linter(repository, Options(pedantic=True))


def check(linter: Linter, text: str) -> None:
    source = read_text(text, "dag_specs/any.yaml")
    problems = linter.check(source)
    assert [problem.message for problem in problems if problem.rule == "internal-error"] == []
    assert {problem.rule for problem in problems} <= set(all_rules())
    lines = source.text.split("\n")
    for problem in problems:
        for span in (problem.span, *(one.place.span for one in problem.related)):
            assert 1 <= span.line <= span.end_line <= len(lines)
            assert 1 <= span.column <= len(lines[span.line - 1]) + 1
        edits = problem.fix.edits if problem.fix else ()
        assert all(0 <= edit.start <= edit.end <= len(source.text) for edit in edits)


@given(spec=SPECS, flow=st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_spec(spec: object, flow: bool, linter: Linter) -> None:
    check(linter, yaml.safe_dump(spec, default_flow_style=flow, sort_keys=False, allow_unicode=True))


BAD = [document(rule).bad for rule in all_rules().values() if rule.runnable]


@given(text=st.sampled_from(BAD), start=st.integers(0, 400), size=st.integers(0, 30), new=st.text(max_size=5))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_damage_to_an_example(text: str, start: int, size: int, new: str, linter: Linter) -> None:
    check(linter, text[:start] + new + text[start + size :])


def test_there_is_something_to_report() -> None:
    assert len(BAD) > 50
    assert len(REPORTERS) == 6
