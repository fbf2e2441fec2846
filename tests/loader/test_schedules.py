"""What dagspec says of a schedule is what Airflow does with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowTimetableInvalid
from airflow.timetables.trigger import CronTriggerTimetable

from dagspec.lint import lint
from dagspec.loader import load_dags
from dagspec.placeholder import TAG
from dagspec.rulekit.cron import cron_errors

EMPTY = "airflow.providers.standard.operators.empty.EmptyOperator"

TAKEN = """0 6 * * * | */15 * * * * | 0 0 1 */3 * | 0 0 ? * MON#2 | 0 0 L * * | 0 0 * * mon-fri | 0 0 * * 7
0 22-2 * * * | 0 0 29 2 * | 0 6 * * * 30 | */60 * * * *
@hourly | @daily | @weekly | @monthly | @quarterly | @yearly | @annually | @midnight"""
REFUSED = """0 25 * * * | 60 * * * * | 0 0 0 * * | 0 0 32 * * | 0 0 * 13 * | 0 0 * * 8 | a * * * * | H * * * *
*/0 * * * * | @dayly | * * * * | 1h | daily | 0 0 * * * ? | 0 0 * * 1,,2 | -1 * * * * | None"""


def texts(listed: str) -> list[str]:
    return [text.strip() for line in listed.split("\n") for text in line.split("|")]


def airflow_takes(text: str) -> bool:
    try:
        CronTriggerTimetable(text, timezone="UTC").validate()
    except AirflowTimetableInvalid:
        return False
    return True


@pytest.mark.parametrize("text", texts(TAKEN))
def test_what_airflow_takes_is_no_error(text: str) -> None:
    assert airflow_takes(text)
    assert list(cron_errors(text)) == []


@pytest.mark.parametrize("text", texts(REFUSED))
def test_what_airflow_refuses_is_an_error(text: str) -> None:
    assert not airflow_takes(text)
    assert list(cron_errors(text))


@pytest.mark.parametrize("text", ["*/90 * * * *", "0 */48 * * *", "0 0 12 * * *", "0 0 30 2 *", "0 0 1 1 * 0 2020"])
def test_what_airflow_takes_but_means_something_else_is_an_error(text: str) -> None:
    assert airflow_takes(text)
    assert list(cron_errors(text))


@pytest.mark.parametrize("keys", ["", "max_active_runs: 2\n"])
def test_airflow_refuses_parallel_runs_of_a_continuous_pipeline(keys: str, repository: Path) -> None:
    head = f'owner: data\nschedule: "@continuous"\n{keys}'
    (repository / "dag_specs/poll.yaml").write_text(f"{head}tasks: {{a: {{operator: {EMPTY}}}}}\n")
    assert TAG in load_dags(repository)["poll"].tags
    [problem] = lint(repository).problems
    assert problem.rule == "parallel-continuous-runs"
