"""Published pipelines, transcribed with the bugs that they were published with: lint finds those bugs.

`pytest --update` rewrites the .out files.
"""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from dagspec.lint import lint
from dagspec.problem import Problem
from dagspec.text import report

PUBLISHED = sorted((Path(__file__).parent.parent / "corpus/published").glob("*.yaml"))


def problems(name: str, repository: Path) -> list[Problem]:
    path = next(path for path in PUBLISHED if path.stem == name)
    shutil.copy(path, repository / "dag_specs")
    return lint(repository).problems


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_a_published_pipeline_gives_its_golden_report(
    path: Path, repository: Path, pytestconfig: pytest.Config
) -> None:
    found = report(problems(path.stem, repository)) + "\n"
    golden = path.with_suffix(".out")
    if pytestconfig.getoption("--update"):
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")


# the bugs that these pipelines are known for: rule → how often it must be told
MUST_FIND = {
    "nyc_taxi": {"xcom-unknown-task": 1, "teardown-skipped-on-failure": 1, "old-instance-type": 2},
    "nyc_taxi_as_printed": {"removed-operator": 6, "xcom-unknown-task": 1},
    "itunes": {
        "spot-primary": 1,
        "placeholder-credential": 2,
        "emr-release-eol": 1,
        "teardown-skipped-on-failure": 1,
        "keep-alive-without-auto-termination": 1,
        "sensor-holds-worker": 5,
        "missing-timeout": 5,
    },
    "iris": {
        "hardcoded-aws-key": 2,
        "s3-bucket-typo": 1,
        "emr-release-eol": 1,
        "poll-misses-failed-state": 2,
        "teardown-skipped-on-failure": 1,
        "keep-alive-without-auto-termination": 1,
    },
    "immigration": {
        "catchup-with-transient-cluster": 1,
        "open-ingress": 3,
        "emr-release-eol": 1,
        "teardown-skipped-on-failure": 2,  # the EMR cluster and the warehouse
        "non-idempotent-load": 2,
    },
    "pinterest": {"existing-cluster-id": 1, "personal-workspace-path": 5},
    "daily_emr": {
        "catchup-with-transient-cluster": 1,
        "step-continue-on-failure": 1,
        "keep-alive-without-auto-termination": 1,
    },
    "credit_card": {"s3-scheme": 1, "s3-bucket-invalid": 1, "secret-in-uri": 1, "hardcoded-aws-key": 2},
    "covid_datalake": {"teardown-masks-failure": 1},
}


def test_every_published_pipeline_has_bugs_that_must_be_found() -> None:
    assert set(MUST_FIND) == {path.stem for path in PUBLISHED}


@pytest.mark.parametrize("name", MUST_FIND)
def test_the_known_bugs_are_found(name: str, repository: Path) -> None:
    counts = Counter(problem.rule for problem in problems(name, repository))
    assert {rule: counts[rule] for rule in MUST_FIND[name]} == MUST_FIND[name]


def test_the_typo_in_the_taxi_pipelines_xcom_is_told_with_its_cure(repository: Path) -> None:
    (typo,) = [problem for problem in problems("nyc_taxi", repository) if problem.rule == "xcom-unknown-task"]
    start, end = typo.span, typo.span.end_column
    line = typo.place.source.text.splitlines()[start.line - 1]
    assert line[start.column - 1 : end - 1] == "add_steps"
    assert "step_id:" in line
    assert typo.help == 'did you mean "add_step"?'


@pytest.mark.parametrize("name", ["nyc_taxi", "itunes", "iris", "immigration", "daily_emr"])
def test_a_cluster_that_a_failure_leaves_running_is_an_error_at_its_end(name: str, repository: Path) -> None:
    leaks = [problem for problem in problems(name, repository) if problem.rule == "teardown-skipped-on-failure"]
    assert all(problem.severity == "error" and "keeps billing" in problem.message for problem in leaks)
    assert all(problem.place.path[:1] == ("tasks",) and problem.related for problem in leaks)


@pytest.mark.parametrize("name", ["iris", "credit_card"])
def test_keys_never_show_in_a_report(name: str, repository: Path) -> None:
    found = report(problems(name, repository))
    assert "AKIA****" in found
    assert "IOSFODNN7" not in found
    assert "wJalrXUt" not in found
