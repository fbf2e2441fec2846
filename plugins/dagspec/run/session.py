"""One run from its first process to its last: this is where the parts meet."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from dagspec.run import waiting
from dagspec.run.client import AirflowClient
from dagspec.run.console import Phases
from dagspec.run.environment import EVENT_SETTINGS, LocalEndpoints, airflow_environment
from dagspec.run.errors import RunError
from dagspec.run.options import RunOptions
from dagspec.run.paths import Paths
from dagspec.run.ports import choose_port
from dagspec.run.processes import Supervisor
from dagspec.run.progress import open_view
from dagspec.run.secrets import load_keys
from dagspec.run.services import Services, make_folders
from dagspec.run.snowflake import prepare_login
from dagspec.run.task_order import reading_order

AIRFLOW_PORT = 8080
CLOUD_PORT = 5055
REDSHIFT_PORT = 5439
SNOWFLAKE_PORT = 8443
POLL_SECONDS = 0.5
FINISHED = ("success", "failed")


@dataclass(frozen=True)
class Platform:
    """Everything that runs: use ``client`` to talk to Airflow, ``cloud_url`` for the local cloud."""

    options: RunOptions
    paths: Paths
    supervisor: Supervisor
    client: AirflowClient
    cloud_url: str


@dataclass(frozen=True)
class RunResult:
    """A finished run."""

    run_id: str
    state: str
    started: datetime


@contextmanager
def open_platform(options: RunOptions, phases: Phases) -> Iterator[Platform]:
    """Start the local cloud and Airflow, wait until they work, and end them with the block."""
    paths = Paths(options.root.resolve())
    make_folders(paths)
    endpoints = LocalEndpoints(*map(choose_port, (AIRFLOW_PORT, CLOUD_PORT, REDSHIFT_PORT, SNOWFLAKE_PORT)))
    keys = load_keys(paths.state / "keys.json")
    environment = airflow_environment(paths, endpoints, keys, options.environment)
    if options.event is not None:
        environment |= EVENT_SETTINGS
    with Supervisor(paths.state) as supervisor:
        services = Services(paths, supervisor, environment)
        with phases.phase("set-up"), phases.waiting("Preparing"):
            _prepare(services, endpoints)
        client = AirflowClient(endpoints.airflow_url)
        with phases.phase("services"), phases.waiting("Starting Airflow and the local cloud"):
            _start(options, services, client, phases)
        yield Platform(options, paths, supervisor, client, endpoints.cloud_url)
        client.close()


def _prepare(services: Services, endpoints: LocalEndpoints) -> None:
    paths = services.paths
    prepare_login(paths)
    is_first_start = not paths.ca_bundle.exists()
    services.start_cloud(endpoints)
    services.prepare_database()
    if is_first_start:
        # Airflow's services read the certificates when they start; the cloud has made them when it is ready.
        waiting.wait_for_cloud(services.supervisor, services.cloud_log)


def _start(options: RunOptions, services: Services, client: AirflowClient, phases: Phases) -> None:
    # The cloud starts at the same time; only what reads DAG files has to wait for the upload.
    services.start_airflow()
    cloud_url = waiting.wait_for_cloud(services.supervisor, services.cloud_log)
    if options.before is not None and (done := options.before(cloud_url)):
        phases.note(done)
    since = datetime.now(UTC)
    services.start_parsing()
    waiting.wait_for_airflow(services.supervisor, client, services.paths)
    waiting.wait_for_dag(services.supervisor, client, options.dag_id, since, services.paths)


def run_dag(platform: Platform, phases: Phases) -> RunResult:
    """Run the DAG once and show how it goes; raise ``RunError`` when it takes too long."""
    client, dag_id = platform.client, platform.options.dag_id
    _end_old_runs(platform)
    started = datetime.now(UTC)
    run_id = _start_run(platform)
    order = reading_order(client.tasks(dag_id))
    with phases.phase("run"), open_view(phases, dag_id, order) as view:
        deadline = time.monotonic() + platform.options.timeout_seconds
        while True:
            platform.supervisor.check()
            state = client.run_state(dag_id, run_id)
            view.show(client.task_states(dag_id, run_id))
            if state in FINISHED:
                return RunResult(run_id, state, started)
            if time.monotonic() > deadline:
                raise RunError(_timeout_text(platform, run_id))
            time.sleep(POLL_SECONDS)


def _start_run(platform: Platform) -> str:
    """Start the run by hand, or let its event happen and wait for what Airflow makes of it; return its id."""
    client, options = platform.client, platform.options
    if options.event is None:
        return client.trigger(options.dag_id, options.conf)
    earlier = set(client.run_ids(options.dag_id))
    client.reparse(options.dag_id)
    options.event(platform.cloud_url)
    log = platform.paths.logs / "triggerer.log"

    def new_runs() -> list[str]:
        return [run_id for run_id in client.run_ids(options.dag_id) if run_id not in earlier]

    return waiting.wait_until(platform.supervisor, new_runs, lambda: f"the event starts no run; see {log}")[0]


def _end_old_runs(platform: Platform) -> None:
    """Fail what an interrupted session left unfinished: Airflow would go on with it beside our run."""
    client, dag_id = platform.client, platform.options.dag_id
    client.pause_all()
    for run_id in client.unfinished_runs(dag_id):
        client.fail_run(dag_id, run_id)
    client.unpause(dag_id)


def _timeout_text(platform: Platform, run_id: str) -> str:
    states = platform.client.task_states(platform.options.dag_id, run_id)
    open_tasks = [f"{s.task_id} ({s.state or 'not started'})" for s in states if s.ended is None]
    limit = platform.options.timeout_seconds
    return f"the run is not finished after {limit:.0f} s. Unfinished: {', '.join(open_tasks)}"
