"""Rules run once for environments that mean the same to a spec, and again where they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagspec.lint import check_source, lint
from dagspec.rules.too_frequent import TooFrequent
from dagspec.source import read_text
from dagspec.specs import read_environments
from dagspec.view import PipelineView

SPEC = """\
schedule: "*/5 * * * *"
max_active_runs: 1
tasks:
  copy:
    operator: airflow.providers.standard.operators.bash.BashOperator
    bash_command: echo {value}
"""
ENVIRONMENTS = "one: {{workers: {one}}}\ntwo: {{workers: {two}}}\n"


@pytest.mark.parametrize(
    ("value", "one", "two", "times"),
    [("hello", "1", "2", 1), ("${env.workers}", "1", "1", 1), ("${env.workers}", "1", "2", 2)],
)
def test_rules_run_once_for_each_meaning(value: str, one: str, two: str, times: int, repository: Path) -> None:
    ran: list[str] = []

    class Counting(TooFrequent):
        def check(self, pipeline: PipelineView):
            ran.append(pipeline.environment.name)
            yield from ()

    (repository / "dag_specs/environments.yaml").write_text(ENVIRONMENTS.format(one=one, two=two))
    source = read_text(SPEC.format(value=value), "dag_specs/a.yaml")
    check_source(source, list(read_environments(repository).values()), repository, [Counting()])
    assert len(ran) == times


def test_a_value_of_another_type_is_another_meaning(repository: Path) -> None:
    (repository / "dag_specs/environments.yaml").write_text(ENVIRONMENTS.format(one="1", two="true"))
    text = SPEC.format(value="x") + "    retries: ${env.workers}\n"
    (repository / "dag_specs/a.yaml").write_text(text)
    assert [problem.rule for problem in lint(repository).problems] == ["wrong-type"]
