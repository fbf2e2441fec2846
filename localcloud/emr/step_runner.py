"""The steps of one cluster, each in a thread of its own: started, cancelled, ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from localcloud.emr.model import LocalCluster, LocalStep
from localcloud.emr.steps import Outcome
from localcloud.emr.workplace import Workplace
from localcloud.processes import Job

log = logging.getLogger(__name__)


class StepRunner:
    """Runs steps. `jobs` are those that run now, by the step's id; the cluster's `changed` guards them.

    wake: called after a step has changed. failed: called with a step that has failed, before the next may start.
    """

    def __init__(
        self,
        cluster: LocalCluster,
        workplace: Workplace,
        wake: Callable[[], None],
        failed: Callable[[LocalStep], None],
    ) -> None:
        self.jobs: dict[str, Job] = {}
        self._cluster = cluster
        self._workplace = workplace
        self._wake, self._failed = wake, failed
        self._closed = False

    def start_pending(self) -> None:
        """Start steps that wait, as many as may run at once."""
        pending = [step for step in self._cluster.steps if step.state == "PENDING"]
        free = (self._cluster.step_concurrency_level or 1) - len(self.jobs)
        for step in pending[: max(0, free)]:
            self.jobs[step.id] = self._workplace.step_job(step)
            step.begin()
            self._wake()
            threading.Thread(target=self._run, args=(step,), name=step.id, daemon=True).start()

    def cancel(self, step: LocalStep, reason: str) -> bool:
        """Cancel a step that waits or runs; False if it has ended."""
        with self._cluster.changed:
            if step.state == "PENDING":
                step.end("CANCELLED", reason)
                self._wake()
                return True
            job = self.jobs.get(step.id)
            if step.state != "RUNNING" or job is None:
                return False
            step.reason, step.state = reason, "CANCEL_PENDING"
            self._wake()
        threading.Thread(target=job.stop, daemon=True).start()
        return True

    def running(self) -> list[dict[str, Any]]:
        """The steps whose programs run now."""
        with self._cluster.changed:
            running = [(step, self.jobs[step.id].process) for step in self._cluster.steps if step.id in self.jobs]
        return [
            {"cluster": self._cluster.id, "step": step.id, "name": step.name, "pid": process.pid}
            for step, process in running
            if process
        ]

    def close(self) -> None:
        """From now on leave the steps as they are, for the next start of the local cloud."""
        self._closed = True

    def _run(self, step: LocalStep) -> None:
        job = self.jobs[step.id]
        try:
            outcome = self._workplace.run_step(job, step)
        except Exception as error:
            log.exception("step %s", step.id)
            outcome = Outcome(-1, f"internal error of the local cloud: {error}")
        if self._closed:
            return
        self._workplace.clean_up(job)
        self._workplace.upload_step_logs(job, step)
        with self._cluster.changed:
            self._end(step, outcome)
            del self.jobs[step.id]
            self._wake()

    def _end(self, step: LocalStep, outcome: Outcome | None) -> None:
        # what a cluster that ends has killed has not failed
        killed = outcome is not None and outcome.status and not self._cluster.is_open
        if outcome is None or step.state == "CANCEL_PENDING" or killed:
            step.end("CANCELLED", step.reason or "The cluster was terminated")
        elif outcome.status == 0:
            step.end("COMPLETED")
        else:
            step.end("FAILED", outcome.reason, self._workplace.failure(self.jobs[step.id], step, outcome.reason))
            self._failed(step)
