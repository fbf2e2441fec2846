"""moto's job and job run, with a life that the runner gives and not the number of requests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.core.utils import utcnow
from moto.glue import models

ACTIVE_STATES = ("STARTING", "RUNNING", "STOPPING")
PYTHON_SHELL = "pythonshell"
_DEFAULT_TIMEOUT = 2880
_LOG_GROUPS = {PYTHON_SHELL: "/aws-glue/python-jobs"}
_LOG_GROUP = "/aws-glue/jobs"


class LocalJobRun(models.FakeJobRun):
    """One run. Its state changes by `enter` only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._transitions: list[tuple[str, str]] = []  # moto would let it succeed when it is looked at
        self.completed_on: datetime | None = None
        self.timeout = kwargs.get("timeout") or _DEFAULT_TIMEOUT  # in minutes
        self.attempt = 0
        self.error = ""
        self.log_group = _LOG_GROUP
        self.glue_version: str | None = None

    @property
    def is_active(self) -> bool:
        """Whether the run still counts against MaxConcurrentRuns."""
        return self.status in ACTIVE_STATES

    def enter(self, state: str, error: str = "") -> None:
        """Change the state; an ended run has a time and, unless it succeeded, a reason."""
        self.modified_on = utcnow()
        if state not in ACTIVE_STATES:
            self.completed_on = self.modified_on
            self.error = error
        self.status = state

    def as_dict(self) -> dict[str, Any]:
        """What GetJobRun shows; ExecutionTime is in seconds."""
        until = self.completed_on or utcnow()
        shown = {
            **super().as_dict(),
            "Attempt": self.attempt,
            "CompletedOn": self.completed_on,
            "ErrorMessage": self.error or None,
            "ExecutionTime": int((until - self.started_on).total_seconds()),
            "GlueVersion": self.glue_version,
            "LogGroupName": self.log_group,
        }
        return {name: value for name, value in shown.items() if value is not None}


class LocalJob(models.FakeJob):
    """One job. `definition` is what CreateJob or UpdateJob said, in the backend's own words."""

    definition: dict[str, Any]

    def start_job_run(self, *args: Any, **kwargs: Any) -> str:
        """Note a run, as STARTING. ConcurrentRunsExceededException if there are too many."""
        active = [run for run in self.job_runs if run.is_active]
        if len(active) >= (self.execution_property or {}).get("MaxConcurrentRuns", 1):
            raise models.ConcurrentRunsExceededException(f"Concurrent runs exceeded for {self.name}")
        run_id: str = super().start_job_run(*args, **kwargs)
        self._complete(self.job_runs[-1])
        return run_id

    def start_attempt(self, failed: LocalJobRun) -> LocalJobRun:
        """Note the run that repeats a failed one, as MaxRetries wants it."""
        first_id = failed.job_run_id.partition("_attempt_")[0]
        same = ("arguments", "allocated_capacity", "max_capacity", "timeout", "worker_type", "number_of_workers")
        run = LocalJobRun(self.name, failed.job_run_id, **{name: getattr(failed, name) for name in same})
        run.attempt = failed.attempt + 1
        run.job_run_id = f"{first_id}_attempt_{run.attempt}"
        self._complete(run)
        self.job_runs.append(run)
        return run

    def get_job_runs(self) -> list[LocalJobRun]:
        """The runs, the newest first."""
        return self.job_runs[::-1]

    def _complete(self, run: LocalJobRun) -> None:
        run.glue_version = self.glue_version
        run.log_group = _LOG_GROUPS.get(self.command["Name"], _LOG_GROUP)
