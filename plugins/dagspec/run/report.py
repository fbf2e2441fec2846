"""What is printed at the end: what was produced, or what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Number
from pathlib import Path
from urllib.parse import quote

from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.table import Table

from dagspec.run.api_types import TaskState
from dagspec.run.client import AirflowClient
from dagspec.run.clusters import ClusterUse
from dagspec.run.outputs import Dataset
from dagspec.run.paths import Paths
from dagspec.run.peek import Content
from dagspec.run.tables import Table as DatabaseTable
from dagspec.run.wording import counted, duration, size, visible

LOG_LINES = 20
VALUE_WIDTH = 32


def print_outputs(console: Console, datasets: Sequence[Dataset]) -> None:
    """Print a table of the datasets, then the first rows of each."""
    if not datasets:
        console.print("The run wrote nothing to the buckets.")
        return
    table = Table(title="What was produced", title_justify="left", title_style="bold")
    table.add_column("S3 path", overflow="fold")
    table.add_column("format")
    for name in ("rows", "columns", "size"):
        table.add_column(name, justify="right", no_wrap=True)
    for dataset in datasets:
        table.add_row(*map(_safe, _summary(dataset)))
    console.print(table)
    for dataset in datasets:
        if dataset.content:
            _print_sample(console, dataset.path, dataset.content)


def print_tables(console: Console, tables: Sequence[DatabaseTable]) -> None:
    """Print the first rows of each table of Redshift and Snowflake; nothing when there are none."""
    for table in tables:
        content = table.content
        extent = f"{counted(content.rows, 'row')}, {counted(len(content.columns), 'column')}"
        rest = f"; the first {len(content.sample)}" if content.rows > len(content.sample) else ""
        _print_sample(console, f"{table.engine} {table.path}", content, f" ({extent}{rest})")


def print_clusters(console: Console, clusters: Sequence[ClusterUse]) -> None:
    """Print what each EMR cluster of the run has taken; nothing when there was none."""
    for cluster in clusters:
        kinds = ", ".join(cluster.instance_types)
        use = f"{counted(cluster.instances, 'instance')} ({kinds}) for {duration(cluster.seconds)}"
        hours = f"{cluster.instance_hours:.3f} instance-hours, {cluster.state.lower()}"
        console.print(f"\nEMR {_safe(cluster.name)}: {_safe(use)} = {hours}", highlight=False, soft_wrap=True)


def print_failure(console: Console, client: AirflowClient, paths: Paths, dag_id: str, run_id: str) -> None:
    """Print which task failed first, the end of its log, and where to read on."""
    failed = first_failure(client.task_states(dag_id, run_id))
    if failed is None:
        console.print(f"[bold red]{escape(dag_id)} failed[/], but no task did; see {escape(str(paths.logs))}")
        return
    console.print(f"\n[bold red]{escape(failed.task_id)} failed[/]. The end of its log:")
    for line in client.task_log(dag_id, run_id, failed)[-LOG_LINES:]:
        console.print(f"    {_safe(line)}", highlight=False, soft_wrap=True)
    ui = f"{client.url}/dags/{dag_id}/runs/{quote(run_id)}/tasks/{failed.task_id}"
    console.print(f"Log file: {escape(str(log_file(paths, dag_id, run_id, failed)))}", soft_wrap=True)
    console.print(f"Airflow:  {escape(ui)} (with `--keep`)", soft_wrap=True, highlight=False)


def warn_of_failed_tasks(console: Console, client: AirflowClient, dag_id: str, run_id: str) -> None:
    """Say so when the run counts as a success although tasks failed: its last tasks decide that."""
    failed = [state.task_id for state in client.task_states(dag_id, run_id) if state.state == "failed"]
    if failed:
        names = escape(", ".join(sorted(failed)))
        console.print(f"[yellow]warning:[/] the run succeeded, but these tasks failed: {names}")


def first_failure(states: Sequence[TaskState]) -> TaskState | None:
    """Return the task that failed first; tasks that failed because of it do not count."""
    failed = [state for state in states if state.state == "failed"]
    return min(failed, key=lambda state: (state.ended is None, state.ended), default=None)


def log_file(paths: Paths, dag_id: str, run_id: str, task: TaskState) -> Path:
    """Return where Airflow wrote the task's log."""
    folder = paths.task_logs / f"dag_id={dag_id}" / f"run_id={run_id}" / f"task_id={task.task_id}"
    if task.map_index >= 0:
        folder /= f"map_index={task.map_index}"
    return folder / f"attempt={task.try_number}.log"


def print_next_steps(console: Console, paths: Paths, dag_id: str) -> None:
    """Print how to look further."""
    grid = Table.grid(padding=(0, 2))
    grid.add_row("Again, with Airflow's UI left open", f"make up SPEC={dag_id}")
    grid.add_row("Another pipeline", "make run SPEC=<dag_id>")
    grid.add_row("The data, as files", str(paths.cloud_data))
    grid.add_row("Task logs", str(paths.task_logs))
    grid.add_row("Service logs", str(paths.logs))
    console.print("\n[bold]To look further[/]")
    console.print(grid, soft_wrap=True, highlight=False)


def print_phases(console: Console, seconds: Mapping[str, float]) -> None:
    """Print how long each phase took, and all together."""
    parts = [f"{name} {duration(value)}" for name, value in seconds.items()]
    total = duration(sum(seconds.values()))
    console.print(f"\n[bold]{total}[/] in all: {', '.join(parts)}", highlight=False, soft_wrap=True)


def _summary(dataset: Dataset) -> tuple[str, ...]:
    if dataset.content is None:
        rows, columns = dataset.problem or "", ""
    else:
        rows, columns = f"{dataset.content.rows:,}", str(len(dataset.content.columns))
    kind = dataset.format if dataset.files == 1 else f"{dataset.format} ({dataset.files} files)"
    return dataset.path, kind, rows, columns, size(dataset.size)


def _print_sample(console: Console, title: str, content: Content, note: str = "") -> None:
    if not content.sample:
        return
    fitting = max(1, (console.width - 4) // (VALUE_WIDTH // 2))
    shown, hidden = content.columns[:fitting], content.columns[fitting:]
    rest = f" (and {counted(len(hidden), 'more column')})" if hidden else ""
    table = Table(box=None, header_style="dim", pad_edge=False)
    width = max(VALUE_WIDTH, console.width // max(1, len(shown)) - 2)
    for name in shown:
        justify: JustifyMethod = "right" if all(isinstance(row.get(name), Number) for row in content.sample) else "left"
        table.add_column(_safe(name), justify=justify, no_wrap=True, overflow="ellipsis", max_width=width)
    for row in content.sample:
        table.add_row(*(_safe(_one_line(row.get(name))) for name in shown))
    console.print(f"\n[bold]{_safe(title)}[/][dim]{note}{rest}[/]", soft_wrap=True, highlight=False)
    console.print(table)


def _one_line(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())


def _safe(text: str) -> str:
    """Text of others for the console: no markup, no control characters."""
    return escape(visible(text))
