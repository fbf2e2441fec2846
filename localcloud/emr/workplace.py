"""Where the programs of one cluster run: their folders, their jobs, their logs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from moto.emr.models import BootstrapAction

from localcloud.emr import logs, steps
from localcloud.emr.model import LocalCluster, LocalStep
from localcloud.emr.steps import Machine, Outcome, UnsupportedStepError
from localcloud.processes import Job, JobCancelledError
from localcloud.s3.fetch import FetchError
from localcloud.services import Services


class Workplace:
    """Runs steps and bootstrap actions of a cluster as jobs."""

    def __init__(self, cluster: LocalCluster, services: Services) -> None:
        self._cluster = cluster
        self._services = services
        self._folder = services.layout.work / cluster.id
        home = self._folder / "home"
        environment = {**services.supervisor.environment, "HOME": str(home)}
        self._machine = Machine(home, services.layout.s3, environment)

    def prepare(self) -> None:
        """Make the cluster's home folder."""
        self._machine.home.mkdir(parents=True, exist_ok=True)

    def step_job(self, step: LocalStep) -> Job:
        """The job of a step, not yet started."""
        return self._job(f"steps/{step.id}", step.id)

    def bootstrap_job(self, number: int) -> Job:
        """The job of a bootstrap action, not yet started."""
        return self._job(f"bootstrap-actions/{number}", f"bootstrap-{number}")

    def run_step(self, job: Job, step: LocalStep) -> Outcome | None:
        """Run a step to its end; None if it was cancelled before it began."""
        arguments = [str(argument) for argument in step.args or []]
        return self._run(job, lambda: steps.step_command(step.jar, arguments, self._machine, job.folder))

    def run_bootstrap_action(self, job: Job, action: BootstrapAction) -> Outcome | None:
        """Run a bootstrap action to its end; None if it was cancelled before it began."""
        arguments = [action.script_path or "", *map(str, action.args or [])]
        return self._run(job, lambda: steps.script_command(arguments, self._machine, job.folder))

    def clean_up(self, job: Job) -> None:
        """End what a step left behind, in processes of its own and in the shared Spark JVM."""
        job.sweep()
        self._services.spark.cancel(job.name)

    def upload_step_logs(self, job: Job, step: LocalStep) -> None:
        """Put a step's logs where the cluster's log URI says."""
        logs.upload(self._cluster.log_uri, self._step_prefix(step), job.folder)

    def upload_bootstrap_logs(self, job: Job, number: int) -> None:
        """Put a bootstrap action's logs where the cluster's log URI says."""
        prefix = f"{self._cluster.id}/node/i-local/bootstrap-actions/{number}"
        logs.upload(self._cluster.log_uri, prefix, job.folder)

    def failure(self, job: Job, step: LocalStep, reason: str) -> dict[str, str]:
        """A failed step's FailureDetails."""
        details = {"Reason": reason, "Message": logs.tail(job.folder / "stderr") or reason}
        log_file = logs.uri_of(self._cluster.log_uri, self._step_prefix(step), "stderr")
        return {**details, "LogFile": log_file} if log_file else details

    def _step_prefix(self, step: LocalStep) -> str:
        return f"{self._cluster.id}/steps/{step.id}"

    def _job(self, folder: str, name: str) -> Job:
        path: Path = self._folder / folder
        path.mkdir(parents=True, exist_ok=True)
        return Job(self._services.supervisor, f"{self._cluster.id}/{name}", path)

    def _run(self, job: Job, command: Callable[[], list[str]]) -> Outcome | None:
        try:
            return steps.run_command(job, command(), self._machine)
        except (UnsupportedStepError, FetchError) as error:
            return steps.refuse(job, str(error))
        except JobCancelledError:
            return None
