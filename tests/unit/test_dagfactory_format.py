"""Files in dag-factory's own format: what dag-factory takes is no error, and every finding points at the right text.

`pytest --update` rewrites the .out files.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagspec.dagfactory_format import unwrap
from dagspec.fixes import fix_bytes
from dagspec.lint import Linter, Options, Result, lint
from dagspec.source import Source, read_text
from dagspec.text import report

FILES = sorted((Path(__file__).parent.parent / "corpus/dagfactory").glob("*.yaml"))


def linted(path: Path, repository: Path) -> Result:
    shutil.copy(path, repository / "dag_specs")
    return lint(repository)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_dag_factory_takes_is_no_error(path: Path, repository: Path, pytestconfig: pytest.Config) -> None:
    result = linted(path, repository)
    found = report(result.problems) + "\n"
    golden = path.with_suffix(".out")
    if pytestconfig.getoption("--update"):
        golden.write_text(found, encoding="utf-8")
    assert [problem for problem in result.problems if problem.severity == "error"] == [], found
    assert found == golden.read_text(encoding="utf-8")


DEFAULT = """\
default:
  default_args: {owner: shop, retries: 1, start_date: 2026-01-01}
  schedule: "@daily"
  tags: [shop]
  params: {size: 1, kind: rye}
"""
BASH = "airflow.providers.standard.operators.bash.BashOperator"
EMPTY = "airflow.providers.standard.operators.empty.EmptyOperator"


def unwrapped(text: str) -> dict[str, Source]:
    return {source.dag_id: source for source in unwrap(read_text(text, "dag_specs/several.yaml"))}


def found(text: str, repository: Path) -> list[tuple[str, str]]:
    """The rule of each finding, and the text that it underlines."""
    (repository / "dag_specs/several.yaml").write_text(text)
    lines = text.splitlines()
    return [
        (one.rule, lines[one.span.line - 1][one.span.column - 1 : one.span.end_column - 1])
        for one in lint(repository).problems
    ]


def test_a_spec_is_left_as_it_is() -> None:
    for text in (
        "tasks: {tasks: {operator: x}}",
        "dag_id: a\nvars: {tasks: 1}",
        "- 1",
        "a: {b: 1}",
        "",
        "default: {tasks: {}}",
    ):
        source = read_text(text, "a.yaml")
        assert unwrap(source) == [source], text


def test_the_dags_of_a_file_are_specs_of_their_own() -> None:
    found = unwrapped(DEFAULT + "a: {tasks: {t: {}}}\nb: {tasks: {}, schedule: none}\nx-anchors: {tasks: {}}\n")
    assert list(found) == ["a", "b"]
    assert found["a"].name == "dag_specs/several.yaml"
    assert (found["a"].value["schedule"], found["b"].value["schedule"]) == ("@daily", None)
    assert unwrap(found["a"]) == [found["a"]]


def test_defaults_are_merged_as_dag_factory_merges_them() -> None:
    text = (
        DEFAULT + "a:\n  tags: [own]\n  params: {size: 2}\n  default_args: {owner: me}\n  tasks: {t: {operator: x.y}}\n"
    )
    value = unwrapped(text)["a"].value
    assert value["tags"] == ["own"]
    assert value["params"] == {"size": 2, "kind": "rye"}
    assert value["default_args"] == {"owner": "me", "retries": 1, "start_date": "2026-01-01"}


def test_typed_values_become_those_of_specs() -> None:
    text = f"""
a:
  dagrun_timeout: {{__type__: datetime.timedelta, __args__: [1], hours: 1.5}}
  start_date: {{__type__: datetime.datetime, year: 2026, month: 2, day: 3, hour: 4}}
  end_date: 20260301
  tasks:
    t:
      operator: {BASH}
      bash_command: {{__type__: builtins.list, items: [a, b]}}
      retry_delay: {{__type__: datetime.timedelta, milliseconds: 1500}}
"""
    source = unwrapped(text)["a"]
    assert source.value["dagrun_timeout"] == "91800s"
    assert (source.value["start_date"], source.value["end_date"]) == ("2026-02-03T04:00:00", "2026-03-01T00:00:00")
    assert source.value["tasks"]["t"] == {"operator": BASH, "bash_command": ["a", "b"], "retry_delay": "1500ms"}
    assert source.problems == []


def test_arguments_of_single_operators_go_from_default_args_to_the_tasks_that_take_them() -> None:
    text = f"""
a:
  default_args: {{bash_command: ls, email_on_retry: false}}
  task_groups: {{g: {{default_args: {{bash_command: pwd}}}}}}
  tasks:
    own: {{operator: {BASH}, bash_command: id}}
    of_the_dag: {{operator: {BASH}}}
    of_the_group: {{operator: {BASH}, task_group_name: g}}
    other: {{operator: {EMPTY}}}
"""
    source = unwrapped(text)["a"]
    commands = {name: task.get("bash_command") for name, task in source.value["tasks"].items()}
    assert commands == {"own": "id", "of_the_dag": "ls", "of_the_group": "pwd", "other": None}
    assert all(task["email_on_retry"] is False for task in source.value["tasks"].values())
    assert source.value["default_args"] == {}
    assert source.notes == []


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        (f"{{t: {{operator: {BASH}, bash_comand: ls}}}}", ("unknown-key", "bash_comand")),
        (f"[{{task_id: t, operator: {BASH}, bash_comand: ls}}]", ("unknown-key", "bash_comand")),
        (f"[{{task_id: t, operator: {EMPTY}, dependencies: [u]}}]", ("unknown-upstream", "u")),
        (f"[{{task_id: t, operator: {EMPTY}}}, {{operator: {EMPTY}}}]", ("missing-key", f"{{operator: {EMPTY}}}")),
        (
            f"[{{task_id: t, operator: {EMPTY}}}, {{task_id: t, operator: {EMPTY}}}]",
            ("duplicate-task-id", "t"),
        ),
        (
            f"[{{task_id: t, operator: {BASH}, bash_command: 'echo {{{{ dss }}}}'}}]",
            ("unknown-template-variable", "dss"),
        ),
        (
            "{t: {operator: airflow.operators.subdag.SubDagOperator}}",
            ("removed-operator", "airflow.operators.subdag.SubDagOperator"),
        ),
        ("{t: {dependencies: []}}", ("missing-key", "t")),
        ("5", ("wrong-type", "5")),
    ],
)
def test_real_errors_are_told_at_the_text_that_is_wrong(
    tasks: str, expected: tuple[str, str], repository: Path
) -> None:
    text = f"ok: {{schedule: null, tasks: {{t: {{operator: {EMPTY}}}}}}}\na:\n  schedule: null\n  tasks: {tasks}\n"
    assert found(text, repository) == [expected]


def test_an_error_in_the_defaults_is_told_once_for_all_dags(repository: Path) -> None:
    tasks = f"{{tasks: {{t: {{operator: {EMPTY}}}}}}}"
    (problem,) = found(f"default: {{schedule: '61 * * * *'}}\na: {tasks}\nb: {tasks}\n", repository)
    assert problem[0] == "invalid-cron"


def test_a_problem_of_the_yaml_concerns_the_dag_that_it_stands_in() -> None:
    tasks = f"tasks: {{t: {{operator: {EMPTY}}}}}"
    dags = unwrapped(f"a: {{tags: [x], tags: [y], {tasks}}}\nb: {{{tasks}}}\n")
    assert [problem.rule for problem in dags["a"].problems] == ["duplicate-key"]
    assert dags["b"].problems == []
    twice = unwrapped(f"a: {{{tasks}}}\na: {{{tasks}}}\n")
    assert [problem.rule for problem in twice["a"].problems] == ["duplicate-key"]


def test_an_id_that_another_file_has_is_told(repository: Path) -> None:
    task = f"{{tasks: {{t: {{operator: {EMPTY}}}}}, schedule: null}}"
    (repository / "dag_specs/a.yaml").write_text(f"schedule: null\ntasks: {{t: {{operator: {EMPTY}}}}}\n")
    (repository / "dag_specs/A_first.yaml").write_text(f"a: {task}\nb: {task}\n")
    (problem,) = lint(repository).problems
    assert (problem.rule, problem.place.source.name) == ("duplicate-dag-id", "dag_specs/A_first.yaml")
    assert "dag_specs/a.yaml" in problem.message


def test_defaults_that_would_grow_without_bounds_are_refused() -> None:
    default = "default: {params: {list: [" + "1, " * 1_000 + "1]}}\n"
    text = default + "".join(f"d{number}: {{tasks: {{}}}}\n" for number in range(1_000))
    (source,) = unwrap(read_text(text, "a.yaml"))
    (problem,) = source.problems
    assert "merged into each of its 1,000 DAGs" in problem.message
    assert (source.value, problem.span.line) == (None, 1)


def test_a_folders_defaults_are_told_not_to_be_read(repository: Path) -> None:
    (repository / "dag_specs/defaults.yml").write_text("default_args: {owner: shop}\nschedule: 1\n")
    (problem,) = lint(repository).problems
    assert (problem.rule, problem.severity, problem.span.line) == ("dag-factory-only", "warning", 1)
    assert "no DAG has what stands here" in problem.message


def test_an_ignore_works_in_such_a_file(repository: Path) -> None:
    path = Path(__file__).parent.parent / "corpus/dagfactory/callbacks.yaml"
    text = "# dagspec: ignore-file[dag-factory-only] these stay with dag-factory\n" + path.read_text()
    (repository / "dag_specs/callbacks.yaml").write_text(text)
    assert lint(repository).problems == []


def test_safe_fixes_bring_operators_to_where_they_are_now(repository: Path) -> None:
    path = repository / "dag_specs/old_airflow.yaml"
    shutil.copy(Path(__file__).parent.parent / "corpus/dagfactory/old_airflow.yaml", path)
    linter = Linter(repository, Options())
    fixed = fix_bytes(path.read_bytes(), "dag_specs/old_airflow.yaml", linter.check, unsafe=False)
    assert fixed.count == 4
    assert "airflow.operators" not in fixed.after
    assert "removed-operator" not in {one.rule for one in linter.check(read_text(fixed.after, path.name))}


WORDS = """
tasks task_groups default default_args __type__ __args__ __and__ items schedule start_date task_id group_name operator
decorator dependencies task_group_name timezone user_defined_macros outlets params retry_delay a b
"""
keys = st.sampled_from(WORDS.split())
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["2 days", "$HOME_X", BASH, "+t"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.dictionaries(keys, st.dictionaries(keys, values, max_size=5), max_size=4))
def test_any_file_gives_findings_that_lie_in_it(value: dict[str, object], repository: Path) -> None:
    text = yaml.safe_dump(value, sort_keys=False)
    (repository / "dag_specs/several.yaml").write_text(text)
    lines = text.splitlines()
    for problem in lint(repository).problems:
        assert problem.rule != "internal-error", problem.message
        assert 1 <= problem.span.line <= len(lines) + 1
