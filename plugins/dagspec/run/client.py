"""A small client of Airflow's REST API (v2)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from dagspec.run.api_types import (
    Dag,
    ImportFailure,
    Task,
    TaskState,
    dag_from,
    log_lines,
    task_state_from,
    time_from,
)
from dagspec.run.errors import RunError

GET_ATTEMPTS = 5
RETRY_SECONDS = 0.5
REQUEST_SECONDS = 60.0
PAGE = 100
HEALTHY_PARTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")


class AirflowClient:
    """Talks to one Airflow. Methods raise ``RunError`` with Airflow's own words when it refuses."""

    def __init__(self, url: str) -> None:
        self.url = url
        # A proxy of the environment must not see requests to this machine.
        self._http = httpx.Client(base_url=url, timeout=REQUEST_SECONDS, trust_env=False)

    def close(self) -> None:
        """Close the connections: a server that ends waits for open ones."""
        self._http.close()

    def unhealthy_parts(self) -> list[str]:
        """Return the parts that do not work yet; all of them while the server does not answer."""
        try:
            answer = self._http.get("/api/v2/monitor/health")
        except httpx.TransportError:
            return ["api_server", *HEALTHY_PARTS]
        if answer.status_code != httpx.codes.OK:
            return ["api_server", *HEALTHY_PARTS]
        report = answer.json()
        return [part for part in HEALTHY_PARTS if (report.get(part) or {}).get("status") != "healthy"]

    def warm_up(self) -> None:
        """Make the server build the API that tasks use: its first request takes seconds."""
        # The cookie that the health check brought is for the UI: this API complains about it.
        self._http.cookies.clear()
        self._get("/execution/health")

    def login(self) -> None:
        """Fetch the token that the other calls need."""
        token = self._get("/auth/token")["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def dags(self) -> list[Dag]:
        """Return all DAGs."""
        return [dag_from(entry) for entry in self._pages("/api/v2/dags", "dags")]

    def documentation(self, dag_id: str) -> str:
        """Return the DAG's documentation (Markdown)."""
        return self._get(f"/api/v2/dags/{dag_id}/details").get("doc_md") or ""

    def import_failures(self) -> list[ImportFailure]:
        """Return the DAG files that cannot be imported."""
        entries = self._pages("/api/v2/importErrors", "import_errors")
        return [ImportFailure(e["filename"], e["stack_trace"], time_from(e["timestamp"])) for e in entries]

    def tasks(self, dag_id: str) -> list[Task]:
        """Return the tasks of a DAG, in no order."""
        entries = self._get(f"/api/v2/dags/{dag_id}/tasks")["tasks"]
        return [Task(e["task_id"], tuple(e["downstream_task_ids"] or ())) for e in entries]

    def pause_all(self) -> None:
        """Pause every DAG."""
        self._send("PATCH", "/api/v2/dags?dag_id_pattern=~", {"is_paused": True})

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler run this DAG."""
        self._send("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})

    def reparse(self, dag_id: str) -> None:
        """Have the DAG's file read now: what a DAG watches counts only once it is read unpaused."""
        token = self._get(f"/api/v2/dags/{dag_id}/details")["file_token"]
        self._send("PUT", f"/api/v2/parseDagFile/{token}", {})

    def trigger(self, dag_id: str, conf: Mapping[str, Any]) -> str:
        """Start a run now and return its id."""
        body = {"logical_date": datetime.now(UTC).isoformat(), "conf": dict(conf)}
        run_id: str = self._send("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)["dag_run_id"]
        return run_id

    def unfinished_runs(self, dag_id: str) -> list[str]:
        """Return the ids of runs that are queued or running."""
        path = f"/api/v2/dags/{dag_id}/dagRuns?state=queued&state=running"
        return [entry["dag_run_id"] for entry in self._pages(path, "dag_runs")]

    def run_ids(self, dag_id: str) -> list[str]:
        """Return the ids of all runs, the oldest first."""
        path = f"/api/v2/dags/{dag_id}/dagRuns?order_by=id"
        return [entry["dag_run_id"] for entry in self._pages(path, "dag_runs")]

    def fail_run(self, dag_id: str, run_id: str) -> None:
        """Mark a run as failed; Airflow still runs its teardown tasks."""
        self._send("PATCH", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}", {"state": "failed"})

    def run_state(self, dag_id: str, run_id: str) -> str:
        """Return ``queued``, ``running``, ``success`` or ``failed``."""
        state: str = self._get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"]
        return state

    def task_states(self, dag_id: str, run_id: str) -> list[TaskState]:
        """Return all task instances of a run."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        return [task_state_from(entry) for entry in self._pages(path, "task_instances")]

    def task_log(self, dag_id: str, run_id: str, task: TaskState) -> list[str]:
        """Return the log lines of a task's last try."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task.task_id}/logs/{task.try_number}"
        content = self._get(f"{path}?map_index={task.map_index}&full_content=true")["content"]
        return [line for entry in content for line in log_lines(entry)]

    def _pages(self, path: str, field: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        joint = "&" if "?" in path else "?"
        while True:
            page = self._get(f"{path}{joint}limit={PAGE}&offset={len(entries)}")
            entries.extend(page[field])
            if not page[field] or len(entries) >= page["total_entries"]:
                return entries

    def _get(self, path: str) -> dict[str, Any]:
        for attempt in range(1, GET_ATTEMPTS + 1):
            try:
                return _checked(self._http.get(path))
            except httpx.TransportError as error:
                if attempt == GET_ATTEMPTS:
                    raise self._unreachable(error) from error
                time.sleep(RETRY_SECONDS * attempt)
        raise AssertionError("the loop returns or raises")

    def _send(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        # Not repeated: an answer that was lost does not mean that nothing was done.
        try:
            return _checked(self._http.request(method, path, json=body))
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: httpx.TransportError) -> RunError:
        return RunError(f"Airflow's API at {self.url} does not answer: {error or type(error).__name__}")


def _checked(answer: httpx.Response) -> dict[str, Any]:
    if answer.is_error:
        request = answer.request
        raise RunError(f"Airflow refused {request.method} {request.url.path}: {answer.status_code} {_reason(answer)}")
    content: dict[str, Any] = answer.json()
    return content


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:300]
