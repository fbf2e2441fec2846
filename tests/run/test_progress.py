"""The live view and its plain form."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

from rich.console import Console

from dagspec.run.api_types import Task, TaskState, log_lines
from dagspec.run.console import Phases
from dagspec.run.progress import LineView, LiveView, open_view
from dagspec.run.report import first_failure
from dagspec.run.task_order import reading_order
from dagspec.run.wording import clock, duration, size

START = datetime(2026, 1, 1, tzinfo=UTC)


def state(task_id: str, name: str | None, seconds: float = 2.1, tries: int = 1, at: float = 0) -> TaskState:
    started = START + timedelta(seconds=at)
    return TaskState(task_id, -1, name, tries, started, started + timedelta(seconds=seconds))


def phases(terminal: bool = False) -> Phases:
    return Phases(Console(file=io.StringIO(), force_terminal=terminal, width=80, record=True, no_color=True))


def test_tasks_follow_their_dependencies_and_groups_stay_together() -> None:
    tasks = [
        Task("z_pull", ("emr.create",)),
        Task("emr.create", ("emr.steps.add", "report")),
        Task("emr.steps.add", ("emr.end",)),
        Task("emr.end", ()),
        Task("report", ()),
    ]
    assert reading_order(tasks) == ["z_pull", "emr.create", "emr.steps.add", "emr.end", "report"]


def test_lines_only_when_something_changes() -> None:
    seen = phases()
    view = open_view(seen, "demo", [])
    assert isinstance(view, LineView)
    for name in (None, "queued", "running", "running", "deferred", "success", "success"):
        view.show([state("emr.wait", name)])
    lines = seen.console.export_text().splitlines()
    assert [line.split("  ", 1)[1] for line in lines] == [
        "emr.wait  running",
        "emr.wait  waiting",
        "emr.wait  success  2.1 s",
    ]


def test_a_second_try_is_a_line_of_its_own() -> None:
    seen = phases()
    view = LineView(seen)
    view.show([state("a", "failed")])
    view.show([state("a", "failed", tries=2)])
    assert "failed  2.1 s  try 2" in seen.console.export_text()


def test_the_table_indents_groups_and_shows_state_time_and_try() -> None:
    seen = phases(terminal=True)
    view = open_view(seen, "demo", ["pull", "emr.create"])
    assert isinstance(view, LiveView)
    with view:
        view.show([state("emr.create", "failed", tries=2), state("pull", "success")])
    text = seen.console.export_text()
    assert "  ✓ pull" in text
    assert "\n  emr" in text
    row = next(line for line in text.splitlines() if "create" in line)
    assert row.startswith("    ✗ create")
    assert [part in row for part in ("failed", "2.1 s", "try 2")] == [True] * 3


def test_an_unknown_state_is_shown_as_it_is() -> None:
    seen = phases(terminal=True)
    with LiveView(seen, "demo", []) as view:
        view.show([state("pull", "brand_new")])
    assert "brand_new" in seen.console.export_text()


def test_the_first_failure_is_the_cause() -> None:
    states = [
        state("late", "failed", at=9),
        state("first", "failed", at=1),
        state("b", "upstream_failed"),
        state("ok", "success"),
    ]
    assert first_failure(states) == states[1]
    assert first_failure(states[2:]) is None


def test_log_lines_keep_the_error_and_drop_airflows_own_frames() -> None:
    frames = [
        {"filename": "/x/site-packages/airflow/sdk/task_runner.py", "lineno": 1, "name": "run"},
        {"filename": "/project/dags/a.py", "lineno": 7, "name": "split"},
    ]
    entry = {
        "timestamp": "2026-01-01T00:00:00Z",
        "event": "Task failed with exception",
        "error_detail": [{"exc_type": "ValueError", "exc_value": "no id", "frames": frames}],
    }
    expected = ["Task failed with exception", "  /project/dags/a.py:7 in split", "ValueError: no id"]
    assert log_lines(entry) == expected
    assert log_lines({"timestamp": "2026-01-01T00:00:00Z", "event": "::group::Pre Execute"}) == []


def test_numbers_as_people_read_them() -> None:
    assert [clock(5), clock(3725)] == ["00:05", "62:05"]
    assert [duration(2.06), duration(185)] == ["2.1 s", "3 min 05 s"]
    assert [size(24), size(1500), size(2_500_000)] == ["24 B", "1.5 kB", "2.5 MB"]
