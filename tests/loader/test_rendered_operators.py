"""What a compiled spec names: operators of the providers, or thin subclasses of them that say why they are there."""

from __future__ import annotations

import re
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from airflow.sdk import BaseOperator

from dagspec.catalog import catalog, example
from dagspec.cli import main

PROVIDERS, RUNTIME = "airflow.providers.", "dagspec.runtime."
# the original's s3_sensor >> glue_task >> create_emr_cluster >> add_step >> watch_step
ORDER = [
    "wait_for_raw_files",
    "glue_task",
    "create_emr_cluster",
    "add_copy_script",
    "wait_for_copy_script",
    "add_aggregate_rides",
    "wait_for_aggregate_rides",
]


def named(spec: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The operators that `dagspec render` prints for a spec of the working folder."""
    assert main(["render", spec]) == 0
    tasks = yaml.safe_load(capsys.readouterr().out)[spec]["tasks"]
    return {task["operator"] for task in tasks.values()}


def load(path: str) -> type[Any]:
    module, name = path.rsplit(".", 1)
    found: type[Any] = getattr(import_module(module), name)
    return found


def provider_bases(operator: type[Any]) -> list[str]:
    return [base.__name__ for base in operator.__mro__ if base.__module__.startswith(PROVIDERS)]


def test_the_taxi_pipeline_names_providers_operators_and_subclasses_of_them(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    operators = named("nyc_taxi", capsys)
    assert {name for name in operators if not name.startswith((PROVIDERS, RUNTIME))} == set()
    assert [name for name in operators if not provider_bases(load(name))] == []


@pytest.mark.parametrize("name", catalog())
def test_what_is_not_the_providers_own_says_why(
    name: str, repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    indented = "".join("  " + line for line in example(catalog()[name]).splitlines(keepends=True))
    (repository / "dag_specs/example.yaml").write_text("schedule: null\ntasks:\n" + indented)
    operators = named("example", capsys)
    assert operators
    for path in operators:
        operator = load(path)
        assert issubclass(operator, BaseOperator)
        assert path.startswith(PROVIDERS) or says_why(operator), path


def says_why(operator: type[Any]) -> bool:
    """Whether the docstring of a class of ours tells what the provider's one does, or that there is none."""
    reason = r"[Tt]he provider('s| has no) " if provider_bases(operator) else "No provider has "
    return operator.__module__.startswith(RUNTIME) and bool(re.search(reason, vars(operator)["__doc__"] or ""))


def test_the_graph_shows_the_originals_order(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    assert main(["graph", "nyc_taxi"]) == 0
    edges = mermaid_edges(capsys.readouterr().out)
    for before, after in pairwise(ORDER):
        assert after in behind(before, edges)
    assert {"terminate_emr_cluster", "create_redshift_table", "copy_to_redshift"} == behind(ORDER[-1], edges)
    assert "copy_to_redshift" in behind("create_redshift_table", edges)


def mermaid_edges(graph: str) -> list[tuple[str, str]]:
    names = dict(re.findall(r'^ *(t\d+)\W+(\w+)"', graph, re.MULTILINE))
    return [(names[one], names[other]) for one, other in re.findall(r"(t\d+) --> (t\d+)", graph)]


def behind(task: str, edges: list[tuple[str, str]]) -> set[str]:
    """All tasks that a task comes before."""
    direct = {after for before, after in edges if before == task}
    return direct.union(*(behind(after, edges) for after in direct))
