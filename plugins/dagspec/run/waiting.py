"""Wait until what was started works, or say what is wrong with it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from dagspec.run.api_types import Dag, ImportFailure
from dagspec.run.client import AirflowClient
from dagspec.run.errors import RunError
from dagspec.run.paths import Paths
from dagspec.run.processes import Supervisor

POLL_SECONDS = 0.2
LIMIT_SECONDS = 180.0
# One loader brings all DAGs at once. When others have come, a missing one gets this much longer.
STRAGGLER_SECONDS = 3.0
BROKEN_TAG = "broken-spec"
TRACE_LINES = 12
_READY = re.compile(r"^READY (http://\S+)$", re.MULTILINE)

Found = TypeVar("Found")


def wait_until(supervisor: Supervisor, look: Callable[[], Found | None], complaint: Callable[[], str]) -> Found:
    """Return the first true thing that ``look`` finds.

    Raises ``RunError`` when a process dies meanwhile, or with ``complaint()`` after the time limit.
    """
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        supervisor.check()
        found = look()
        if found:
            return found
        time.sleep(POLL_SECONDS)
    raise RunError(f"{complaint()} (waited {LIMIT_SECONDS:.0f} s)")


def wait_for_cloud(supervisor: Supervisor, log: Path) -> str:
    """Return the local cloud's address once it has written that it is ready."""
    return wait_until(
        supervisor, lambda: _ready_address(log), lambda: f"the local cloud does not become ready; see {log}"
    )


def wait_for_airflow(supervisor: Supervisor, client: AirflowClient, paths: Paths) -> None:
    """Return when all of Airflow's services are healthy and the API that tasks use is built."""
    missing: list[str] = []

    def healthy() -> bool:
        missing[:] = client.unhealthy_parts()
        return not missing

    wait_until(supervisor, healthy, lambda: f"Airflow is not healthy: {', '.join(missing)}; see {paths.logs}")
    client.warm_up()
    client.login()


def wait_for_dag(supervisor: Supervisor, client: AirflowClient, dag_id: str, since: datetime, paths: Paths) -> None:
    """Return when the DAG was read after ``since``.

    Raises ``RunError`` when its file cannot be imported, it does not exist, or its spec has errors.
    """
    search = _DagSearch(client, dag_id, since)
    log = paths.logs / "dag-processor.log"
    dag = wait_until(supervisor, search.look, lambda: f"the DAG {dag_id} does not get loaded; see {log}")
    if BROKEN_TAG in dag.tags:
        raise RunError(f"{dag_id} has errors and cannot run:\n{client.documentation(dag_id)}")


class _DagSearch:
    """Looks for one DAG among those that were read since a moment."""

    def __init__(self, client: AirflowClient, dag_id: str, since: datetime) -> None:
        self._client = client
        self._dag_id = dag_id
        self._since = since
        self._others_since: float | None = None

    def look(self) -> Dag | None:
        """Return the DAG when it is there; raise ``RunError`` when it will not come."""
        fresh = {dag.dag_id: dag for dag in self._client.dags() if dag.parsed and dag.parsed >= self._since}
        if self._dag_id in fresh:
            return fresh[self._dag_id]
        failures = [f for f in self._client.import_failures() if f.found >= self._since]
        if (fresh or failures) and self._is_late():
            raise RunError(_missing(self._dag_id, sorted(fresh), failures))
        return None

    def _is_late(self) -> bool:
        now = time.monotonic()
        if self._others_since is None:
            self._others_since = now
        return now - self._others_since > STRAGGLER_SECONDS


def _missing(dag_id: str, known: list[str], failures: list[ImportFailure]) -> str:
    if not failures:
        return f"there is no DAG {dag_id!r}; there are: {', '.join(known)}"
    shown = [f"{failure.file} cannot be imported:\n{_end(failure.stack_trace)}" for failure in failures]
    return f"the DAG {dag_id!r} was not loaded.\n" + "\n".join(shown)


def _end(trace: str) -> str:
    return "\n".join(f"    {line}" for line in trace.rstrip().splitlines()[-TRACE_LINES:])


def _ready_address(log: Path) -> str | None:
    if not log.exists():
        return None
    match = _READY.search(log.read_text(errors="replace"))
    return match.group(1) if match else None
