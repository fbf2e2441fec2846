"""The life of one job run, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from localcloud.glue import command, errors
from localcloud.glue.command import LaunchError
from localcloud.glue.logs import RunLogs
from localcloud.glue.model import LocalJob, LocalJobRun
from localcloud.processes import JOB_VARIABLE, Job, JobCancelledError
from localcloud.reaper import kill_marked
from localcloud.services import Services

log = logging.getLogger(__name__)
_LATE_SECONDS = 3.0


class RunRunner:
    """Takes a run through its states. `changed` is called after each change."""

    def __init__(
        self,
        job: LocalJob,
        run: LocalJobRun,
        services: Services,
        cloudwatch: Any,
        changed: Callable[[LocalJobRun], None],
    ) -> None:
        self.job, self.run = job, run
        self._services = services
        self._changed = changed
        self._lock = threading.RLock()
        self._closed = self._timed_out = False
        folder = services.layout.work / "glue" / run.job_run_id
        folder.mkdir(parents=True, exist_ok=True)
        self._program = Job(services.supervisor, f"glue/{run.job_run_id}", folder)
        self._logs = RunLogs(cloudwatch, run.log_group, run.job_run_id, folder)

    def start(self) -> None:
        """Begin the run."""
        threading.Thread(target=self._live, name=self.run.job_run_id, daemon=True).start()

    def stop(self) -> bool:
        """Ask for the end of the run: STOPPING, then STOPPED. False if it has ended already."""
        with self._lock:
            if not self.run.is_active:
                return False
            self._enter("STOPPING")
        threading.Thread(target=self._program.stop, daemon=True).start()
        return True

    def close(self) -> None:
        """The local cloud stops: kill the program, but leave the state as it is for the next start."""
        self._closed = True
        self._program.stop(grace_seconds=0.5)

    def running(self) -> dict[str, Any] | None:
        """The run with its process id; None if it has no process now."""
        process = self._program.process
        if process is None or not self.run.is_active:
            return None
        return {"job": self.job.name, "run": self.run.job_run_id, "pid": process.pid}

    def _live(self) -> None:
        try:
            self._logs.start()
            state, error = self._work()
        except Exception as unexpected:
            log.exception("job run %s", self.run.job_run_id)
            state, error = "FAILED", f"internal error of the local cloud: {unexpected}"
        if self._closed:
            return
        self._clean_up(state)
        self._logs.close()
        self._enter(state, error)

    def _work(self) -> tuple[str, str]:
        try:
            launch = command.prepare(self.job, self.run, self._services.layout.s3, self._program.folder)
        except LaunchError as error:
            self._tell(str(error))
            return "FAILED", str(error)
        for note in launch.notes:
            self._tell(note)
        return self._run(launch)

    def _run(self, launch: command.Launch) -> tuple[str, str]:
        with self._lock:
            if self.run.status == "STARTING":
                self._enter("RUNNING")
        timer = threading.Timer(self.run.timeout * 60, self._time_out)
        timer.daemon = True
        timer.start()
        try:
            environment = {"HOME": str(self._program.folder), **launch.environment}
            return self._outcome(self._program.run(launch.argv, environment))
        except JobCancelledError:
            return "STOPPED", ""
        finally:
            timer.cancel()

    def _outcome(self, status: int) -> tuple[str, str]:
        if self._timed_out:
            return "TIMEOUT", f"The job run exceeded its timeout of {self.run.timeout:g} minutes"
        if self.run.status == "STOPPING":
            return "STOPPED", ""
        if status == 0:
            return "SUCCEEDED", ""
        return "FAILED", errors.message_of(self._program.folder / "stderr", status)

    def _clean_up(self, state: str) -> None:
        self._program.sweep()
        self._services.spark.cancel(self._program.name)
        if state != "SUCCEEDED":
            # Spark may have been about to start Python workers when it was cancelled
            late = threading.Timer(_LATE_SECONDS, kill_marked, (JOB_VARIABLE, self._program.name))
            late.daemon = True
            late.start()

    def _time_out(self) -> None:
        self._timed_out = True
        self._program.stop()

    def _enter(self, state: str, error: str = "") -> None:
        with self._lock:
            self.run.enter(state, error)
            self._changed(self.run)

    def _tell(self, line: str) -> None:
        with (self._program.folder / "stderr").open("a", encoding="utf-8") as stream:
            stream.write(f"{line}\n")
