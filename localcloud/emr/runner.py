"""The life of one cluster, in one thread: bootstrap actions, waiting for steps, the end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from moto.core.utils import utcnow
from moto.emr.models import BootstrapAction

from localcloud.emr.model import LocalCluster, LocalStep
from localcloud.emr.step_runner import StepRunner
from localcloud.emr.workplace import Workplace
from localcloud.processes import Job
from localcloud.services import Services

log = logging.getLogger(__name__)
_STEPS_FAILED = "Steps completed with errors"


class ClusterRunner:
    """Takes a cluster through its states. Other threads ask; only this one ends the cluster."""

    def __init__(self, cluster: LocalCluster, services: Services, save: Callable[[LocalCluster], None]) -> None:
        self.cluster = cluster
        self._save = save
        self._bootstrap_jobs: list[Job] = []
        self._closed = False
        self._end: tuple[str, str, str] | None = None
        self._workplace = Workplace(cluster, services)
        self.steps = StepRunner(cluster, self._workplace, self.wake, self.step_failed)

    def start(self) -> None:
        """Begin the cluster's life, in a thread of its own."""
        threading.Thread(target=self._live, name=f"emr-{self.cluster.id}", daemon=True).start()

    # What other threads ask for.

    def wake(self) -> None:
        """Look at the cluster again: its steps or settings have changed."""
        with self.cluster.changed:
            self._save(self.cluster)
            self.cluster.changed.notify_all()

    def terminate(self, state: str, code: str, message: str) -> None:
        """End the cluster: running programs are killed, no further step starts."""
        with self.cluster.changed:
            if self._end or not self.cluster.is_open:
                return
            self._end = (state, code, message)
            self.cluster.enter("TERMINATING", code, message)
            self.wake()
        threading.Thread(target=self._kill_all, daemon=True).start()

    def close(self) -> None:
        """The local cloud stops: kill the programs, but leave the state as it is for the next start."""
        with self.cluster.changed:
            self._closed = True
            self.steps.close()
            self.cluster.changed.notify_all()
        self._kill_all(grace_seconds=0.5)

    # The life.

    def _live(self) -> None:
        try:
            if self._end is None and self._bootstrap():
                self._serve()
        except Exception as error:
            log.exception("cluster %s", self.cluster.id)
            self.terminate("TERMINATED_WITH_ERRORS", "INTERNAL_ERROR", f"{type(error).__name__}: {error}")
        if not self._closed:
            self._finish()

    def _bootstrap(self) -> bool:
        self._workplace.prepare()
        if self.cluster.ready_datetime is None:
            self._enter("BOOTSTRAPPING")
            for number, action in enumerate(self.cluster.bootstrap_actions, start=1):
                if not self._bootstrap_action(number, action):
                    return False
            self.cluster.ready_datetime = utcnow()
        return True

    def _bootstrap_action(self, number: int, action: BootstrapAction) -> bool:
        job = self._workplace.bootstrap_job(number)
        with self.cluster.changed:
            if self._end or self._closed:
                return False
            self._bootstrap_jobs.append(job)
        outcome = self._workplace.run_bootstrap_action(job, action)
        if outcome is None or self._closed:
            return False
        self._workplace.upload_bootstrap_logs(job, number)
        if outcome.status:
            message = f"bootstrap action {number} ({action.name}) failed: {outcome.reason}"
            self.terminate("TERMINATED_WITH_ERRORS", "BOOTSTRAP_FAILURE", message)
        return outcome.status == 0

    def _serve(self) -> None:
        changed = self.cluster.changed
        with changed:
            while not (self._end or self._closed):
                self.steps.start_pending()
                if self.steps.jobs:
                    self._enter("RUNNING", "Running step")
                    changed.wait()
                elif self.cluster.auto_terminate:
                    failed = any(step.state == "FAILED" for step in self.cluster.steps)
                    self.terminate("TERMINATED", "ALL_STEPS_COMPLETED", _STEPS_FAILED if failed else "Steps completed")
                else:
                    self._wait_for_steps()

    def _wait_for_steps(self) -> None:
        self._enter("WAITING", "Cluster ready to run steps.")
        began = time.monotonic()
        while not (self._end or self._closed or self._is_due()):
            left = self._idle_left(time.monotonic() - began)
            if left is not None and left <= 0:
                message = f"Idle for {self.cluster.idle_timeout} s: ended by its auto-termination policy"
                self.terminate("TERMINATED", "ALL_STEPS_COMPLETED", message)
                return
            self.cluster.changed.wait(left)

    def _idle_left(self, idle_seconds: float) -> float | None:
        limit = self.cluster.idle_timeout
        return None if limit is None or self.cluster.termination_protected else limit - idle_seconds

    def _is_due(self) -> bool:
        return self.cluster.auto_terminate or any(step.state == "PENDING" for step in self.cluster.steps)

    def _enter(self, state: str, message: str = "") -> None:
        with self.cluster.changed:
            if self.cluster.state != state and not self._end:
                self.cluster.enter(state, message=message)
                self._save(self.cluster)

    def _finish(self) -> None:
        self._kill_all()
        with self.cluster.changed:
            while self.steps.jobs:
                self.cluster.changed.wait()
            self.cluster.cancel_pending("The cluster was terminated")
            state, code, message = self._end or ("TERMINATED_WITH_ERRORS", "INTERNAL_ERROR", "")
            self.cluster.enter(state, code, message)
            self._save(self.cluster)

    def _kill_all(self, grace_seconds: float = 2.0) -> None:
        with self.cluster.changed:
            jobs = [*self.steps.jobs.values(), *self._bootstrap_jobs]
        if jobs:
            with ThreadPoolExecutor(len(jobs)) as pool:
                list(pool.map(lambda job: job.stop(grace_seconds), jobs))

    def step_failed(self, step: LocalStep) -> None:
        """Apply a failed step's ActionOnFailure."""
        action = step.action_on_failure
        if action == "CONTINUE":
            return
        self.cluster.cancel_pending(f"Step {step.id} failed with ActionOnFailure {action}")
        # as in EMR, termination protection outlives a failed step
        if action in ("TERMINATE_CLUSTER", "TERMINATE_JOB_FLOW") and not self.cluster.termination_protected:
            self.terminate("TERMINATED_WITH_ERRORS", "STEP_FAILURE", f"Shut down as step {step.id} failed")
