"""``dagspec run``: the whole way from options to an exit code."""

from __future__ import annotations

import time
from contextlib import suppress

from rich.markup import escape

from dagspec.run.addresses import database_addresses
from dagspec.run.clusters import find_clusters
from dagspec.run.console import Phases, make_console
from dagspec.run.errors import AlreadyRunningError, InterruptedRunError, RunError
from dagspec.run.lock import run_lock
from dagspec.run.options import RunOptions
from dagspec.run.outputs import find_outputs, s3_client
from dagspec.run.paths import Paths
from dagspec.run.report import (
    print_clusters,
    print_failure,
    print_next_steps,
    print_outputs,
    print_phases,
    print_tables,
    warn_of_failed_tasks,
)
from dagspec.run.session import Platform, RunResult, open_platform, run_dag
from dagspec.run.snowflake_tables import find_snowflake_tables
from dagspec.run.tables import Table, TablesError, find_tables
from dagspec.run.wording import visible

EXIT_SUCCESS = 0
EXIT_FAILED = 1
EXIT_BUSY = 2
EXIT_INTERRUPTED = 130
KEEP_POLL_SECONDS = 1.0


def run(options: RunOptions) -> int:
    """Run one DAG on a local Airflow and show what it made; return the exit code.

    0: success, 1: the run or its start failed, 2: another run is active, 128 + n: ended by signal n.
    Nothing that was started is alive afterwards.
    """
    phases = Phases(make_console())
    try:
        with run_lock(Paths(options.root.resolve()).state / "run.lock"):
            return _run(options, phases)
    except AlreadyRunningError as error:
        _complain(phases, error)
        return EXIT_BUSY
    except RunError as error:
        _complain(phases, error)
        return EXIT_FAILED
    except InterruptedRunError as interruption:
        phases.note("Stopped. Nothing is left running.")
        return interruption.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _run(options: RunOptions, phases: Phases) -> int:
    with open_platform(options, phases) as platform:
        result = run_dag(platform, phases)
        _report(platform, phases, result)
        if options.keep:
            _wait_for_interrupt(platform, phases)
        stopping = time.monotonic()
        phases.note("Stopping")
    phases.seconds["shutdown"] = time.monotonic() - stopping
    print_phases(phases.console, phases.seconds)
    return EXIT_SUCCESS if result.state == "success" else EXIT_FAILED


def _report(platform: Platform, phases: Phases, result: RunResult) -> None:
    options, console = platform.options, phases.console
    clusters = find_clusters(platform.cloud_url, options.dag_id, result.run_id)
    if result.state != "success":
        print_failure(console, platform.client, platform.paths, options.dag_id, result.run_id)
        print_clusters(console, clusters)
        return
    warn_of_failed_tasks(console, platform.client, options.dag_id, result.run_id)
    with phases.phase("outputs"), phases.waiting("Looking at what was produced"):
        s3 = s3_client(platform.cloud_url)
        datasets = find_outputs(s3, options.buckets, result.started, options.ignored_prefixes)
        tables, complaint = _tables(platform, result)
    print_outputs(console, datasets)
    print_clusters(console, clusters)
    print_next_steps(console, platform.paths, options.dag_id)
    # Last, because that is what most pipelines are for.
    print_tables(console, tables)
    if complaint:
        console.print(f"[yellow]warning:[/] {escape(visible(complaint))}", highlight=False, soft_wrap=True)


def _tables(platform: Platform, result: RunResult) -> tuple[list[Table], str]:
    """Return the changed tables, and why they cannot be told: the run is a success anyway."""
    url, since = platform.cloud_url, result.started
    try:
        return [*find_tables(url, since), *find_snowflake_tables(url, platform.paths.ca_bundle, since)], ""
    except TablesError as error:
        return [], str(error)


def _wait_for_interrupt(platform: Platform, phases: Phases) -> None:
    phases.console.print(f"\nAirflow: [bold]{platform.client.url}[/]   S3: [bold]{platform.cloud_url}[/]")
    for name, address in database_addresses(platform.cloud_url).items():
        phases.console.print(f"{name}: {address}", highlight=False, soft_wrap=True)
    phases.console.print("Everything stays up until you press Ctrl-C.")
    # Ctrl-C is the normal end here: the exit code stays that of the run.
    with suppress(InterruptedRunError):
        while True:
            platform.supervisor.check()
            time.sleep(KEEP_POLL_SECONDS)


def _complain(phases: Phases, error: Exception) -> None:
    text = "\n".join(map(visible, str(error).splitlines()))
    phases.console.print(f"[bold red]error:[/] {escape(text)}", highlight=False, soft_wrap=True)
