"""The view of a run while it runs: a live table on a terminal, lines elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol

from rich.console import Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from dagspec.run.api_types import TaskState
from dagspec.run.console import Phases
from dagspec.run.task_order import groups_of
from dagspec.run.wording import clock, duration

REFRESH_PER_SECOND = 5
INDENT = "  "
# Airflow's name of a state → how it is shown: symbol, colour, word.
_LOOKS = {
    None: ("·", "dim", ""),
    "scheduled": ("·", "dim", "scheduled"),
    "queued": ("·", "cyan", "queued"),
    "running": ("", "cyan", "running"),
    "deferred": ("", "magenta", "waiting"),
    "success": ("✓", "green", "success"),
    "failed": ("✗", "bold red", "failed"),
    "upstream_failed": ("✗", "yellow", "upstream failed"),
    "up_for_retry": ("↻", "yellow", "up for retry"),
    "up_for_reschedule": ("↻", "magenta", "waiting"),
    "restarting": ("↻", "yellow", "restarting"),
    "skipped": ("»", "dim", "skipped"),
    "removed": ("-", "dim", "removed"),
}
_MOVING = ("running", "deferred")
_QUIET = (None, "scheduled", "queued")


class View(Protocol):
    """Something that shows a run's tasks."""

    def __enter__(self) -> View: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def show(self, states: Sequence[TaskState]) -> None:
        """Show the tasks as they are now."""


def open_view(phases: Phases, title: str, order: Sequence[str]) -> View:
    """Return the view that fits the console; ``order`` is the order of the task ids."""
    if phases.console.is_terminal:
        return LiveView(phases, title, order)
    return LineView(phases)


def elapsed_of(state: TaskState, now: datetime) -> float | None:
    """Return the seconds that a task has taken so far, None when it has not started."""
    if state.started is None or state.state in _QUIET:
        return None
    end = state.ended if state.ended and state.state not in _MOVING else now
    return max(0.0, (end - state.started).total_seconds())


class LineView:
    """Prints a line when a task changes its state."""

    def __init__(self, phases: Phases) -> None:
        self._phases = phases
        self._seen: dict[tuple[str, int, int], str | None] = {}

    def __enter__(self) -> LineView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""

    def show(self, states: Sequence[TaskState]) -> None:
        """Print the tasks that changed since the last call."""
        for state in sorted(states, key=_moment):
            key = (state.task_id, state.map_index, state.try_number)
            if state.state not in _QUIET and self._seen.get(key) != state.state:
                self._phases.note(_line(state))
                self._seen[key] = state.state


class LiveView:
    """A table that is drawn in place."""

    def __init__(self, phases: Phases, title: str, order: Sequence[str]) -> None:
        self._phases = phases
        self._title = title
        self._rank = {task_id: index for index, task_id in enumerate(order)}
        self._states: list[TaskState] = []
        self._spinner = Spinner("dots")
        self._live = Live(console=phases.console, refresh_per_second=REFRESH_PER_SECOND, get_renderable=self._render)

    def __enter__(self) -> LiveView:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def show(self, states: Sequence[TaskState]) -> None:
        """Take over the new states; the table is drawn a few times a second anyway."""
        self._states = sorted(states, key=lambda s: (self._rank.get(s.task_id, len(self._rank)), s.map_index))

    def _render(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, overflow="ellipsis")
        table.add_column(no_wrap=True)
        table.add_column(justify="right", no_wrap=True)
        table.add_column(no_wrap=True)
        shown: set[str] = set()
        for state in self._states:
            self._add_groups(table, state.task_id, shown)
            table.add_row(*self._cells(state))
        heading = f"[bold]{escape(self._title)}[/]  [dim]{clock(self._phases.elapsed())}[/]"
        return Group(Text.from_markup(heading), table)

    def _add_groups(self, table: Table, task_id: str, shown: set[str]) -> None:
        for depth, group in enumerate(groups_of(task_id)):
            if group not in shown:
                shown.add(group)
                table.add_row(Text(INDENT * (depth + 1) + group.rsplit(".", 1)[-1], style="bold"))

    def _cells(self, state: TaskState) -> tuple[RenderableType, ...]:
        symbol, style, word = _looks(state)
        seconds = elapsed_of(state, datetime.now(UTC))
        mark = symbol or self._spinner.render(self._live.console.get_time())
        name = Text(INDENT * (len(groups_of(state.task_id)) + 1))
        name.append_text(Text(str(mark), style=style)).append(f" {_short_name(state)}")
        tries = f"try {state.try_number}" if state.try_number > 1 else ""
        time_text = duration(seconds) if seconds is not None else ""
        return name, Text(word, style=style), Text(time_text), Text(tries, style="yellow")


def _looks(state: TaskState) -> tuple[str, str, str]:
    return _LOOKS.get(state.state, ("?", "yellow", state.state or ""))


def _short_name(state: TaskState) -> str:
    name = state.task_id.rsplit(".", 1)[-1]
    return f"{name} [{state.map_index}]" if state.map_index >= 0 else name


def _moment(state: TaskState) -> datetime:
    return state.ended or state.started or datetime.max.replace(tzinfo=UTC)


def _line(state: TaskState) -> str:
    name = state.task_id if state.map_index < 0 else f"{state.task_id} [{state.map_index}]"
    words = [name, _looks(state)[2]]
    seconds = elapsed_of(state, datetime.now(UTC))
    if seconds is not None and state.state not in _MOVING:
        words.append(duration(seconds))
    if state.try_number > 1:
        words.append(f"try {state.try_number}")
    return "  ".join(words)
