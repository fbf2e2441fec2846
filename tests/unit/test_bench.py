"""The specs that lint is measured with."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bench.goals import GOALS, all_specs, texts
from bench.measure import run
from bench.peers import write_blueprint, write_dag_factory
from bench.specs import SHAPES, TASKS, write_repository
from dagspec.lint import lint

COUNT = 2 * len(SHAPES)
TYPICAL = range(2_000, 3_500)  # bytes


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.*"))}


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_repository(tmp_path_factory.mktemp("bench") / "team", COUNT)


def test_they_are_the_same_every_time(tmp_path: Path, specs: list[Path]) -> None:
    write_repository(tmp_path / "again", COUNT)
    assert contents(tmp_path / "again") == contents(specs[0].parent.parent)


def test_they_lint_clean(specs: list[Path]) -> None:
    result = lint(specs[0].parent.parent)
    assert (result.files, result.problems) == (COUNT, [])


def test_each_is_of_a_usual_size_and_no_two_share_a_text(specs: list[Path]) -> None:
    texts = [path.read_text() for path in specs]
    assert [len(text) in TYPICAL for text in texts] == [True] * COUNT
    assert [len(yaml.safe_load(text)["tasks"]) for text in texts] == [TASKS] * COUNT
    descriptions = {text.split("description: ")[1].split("\n")[0] for text in texts}
    assert len(descriptions) == COUNT


def test_they_mix_shared_and_provider_operators_variables_and_templates(specs: list[Path]) -> None:
    text = "".join(path.read_text() for path in specs)
    for piece in ("emr.transient_cluster", "itunes.search_to_s3", "airflow.providers.", "${var.", "${env.", "{{ ds }}"):
        assert piece in text
    assert "@number" not in text


def test_the_peers_get_the_same_tasks(tmp_path: Path, specs: list[Path]) -> None:
    spec = next(path for path in specs if path.stem.startswith("warehouse"))
    tasks = set(yaml.safe_load(spec.read_text())["tasks"])
    root = spec.parent.parent
    dag_factory = yaml.safe_load(write_dag_factory(spec, root, tmp_path / "dag_factory").read_text())
    blueprint = yaml.safe_load(write_blueprint(spec, root, tmp_path / "blueprint").read_text())
    assert set(dag_factory[spec.stem]["tasks"]) == set(blueprint["steps"]) == tasks


@pytest.mark.parametrize("kind", ["secrets", "templates"])
def test_texts_of_two_lengths_are_measured(kind: str, tmp_path: Path) -> None:
    short, long = (texts(tmp_path)[f"{kind}, {size}"] for size in ("short", "long"))
    assert int(long.arguments[-1]) == 4 * int(short.arguments[-1])
    quick = replace(short, arguments=(*short.arguments[:-1], "600"))
    assert run(quick, dict(os.environ)).cpu > 0  # it would raise if the command failed


def test_time_that_grows_with_the_square_of_a_text_misses_its_goal(tmp_path: Path) -> None:
    goals = [goal for goal in GOALS if goal.over in texts(tmp_path)]
    assert [(goal.is_met(4), goal.is_met(16)) for goal in goals] == [(True, False)] * 2


def test_every_goal_is_about_commands_that_are_measured(tmp_path: Path) -> None:
    of_one_spec = {"python -c pass", "dagspec --version", "dagspec lint", "blueprint lint", "dagfactory lint"}
    measured = {*texts(tmp_path), *all_specs(tmp_path, 1), *of_one_spec}
    assert {name for goal in GOALS for name in (goal.over, goal.under)} <= measured
