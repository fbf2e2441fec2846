"""moto's Glue backend with job runs that run, crawlers that crawl, and a state that survives a restart."""

from __future__ import annotations

import threading
from typing import Any, ClassVar

from moto.core.utils import camelcase_to_underscores, utcnow
from moto.glue import models
from moto.glue.exceptions import EntityNotFoundException, GlueClientError
from moto.logs.models import logs_backends

from localcloud.glue import state
from localcloud.glue.crawler import LocalCrawl, LocalCrawler
from localcloud.glue.model import LocalJob, LocalJobRun
from localcloud.glue.runs import RunRunner
from localcloud.layout import ACCOUNT
from localcloud.services import Services

_NOT_MATCHING = "Job [{}] already submitted with different configuration."


class LocalGlueBackend(models.GlueBackend):
    """One region's Glue."""

    services: ClassVar[Services]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.runners: dict[str, RunRunner] = {}
        self._starting = threading.Lock()
        if account_id == ACCOUNT:
            state.restore(self, self.services.layout.state)

    @property
    def _url_module(self) -> Any:
        from localcloud.glue import urls

        return urls

    # Jobs.

    def create_job(self, **definition: Any) -> None:
        """Make a job; the same job again is no error, another one under its name is."""
        name = definition["name"]
        if name not in self.jobs:
            super().create_job(**definition)
            self.jobs[name].definition = definition
        elif self.jobs[name].definition != definition:
            raise GlueClientError("IdempotentParameterMismatchException", _NOT_MATCHING.format(name))

    def update_job(self, name: str, job_update: dict[str, Any]) -> None:
        """Replace a job's definition. As in AWS, what is not given falls back to its default."""
        old = self.get_job(name)
        given = {camelcase_to_underscores(key): value for key, value in job_update.items()}
        definition = {key: given.get(key) for key in old.definition}
        definition |= {"name": name, "tags": None}  # tags are changed by TagResource only
        job = LocalJob(**definition, backend=self)
        job.definition = {**definition, "tags": old.definition["tags"]}
        job.created_on, job.job_runs = old.created_on, old.job_runs
        self.jobs[name] = job

    def delete_job(self, name: str) -> None:
        """Delete a job; its runs are stopped."""
        for run in self.jobs[name].job_runs if name in self.jobs else []:
            self.stop_run(run)
            state.forget_run(self.services.layout.state, run)
        super().delete_job(name)

    # Runs.

    def start_job_run(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Start a run of a job."""
        with self._starting:  # or two requests at once would both be the last allowed run
            run_id: str = super().start_job_run(name, *args, **kwargs)
        self._start(name, self.get_job_run(name, run_id))
        return run_id

    def stop_run(self, run: LocalJobRun) -> bool:
        """Stop a run; False if it has ended."""
        runner = self.runners.get(run.job_run_id)
        return runner is not None and runner.stop()

    def batch_stop_job_run(self, name: str, run_ids: list[str]) -> list[str]:
        """Stop runs; an error message for each, empty for one that is being stopped."""
        self.get_job(name)
        return [self._stop(name, run_id) for run_id in run_ids]

    def _stop(self, name: str, run_id: str) -> str:
        try:
            run = self.get_job_run(name, run_id)
        except EntityNotFoundException:
            return f"Job run {run_id} not found."
        return "" if self.stop_run(run) else f"Job run {run_id} is {run.status}."

    def _start(self, name: str, run: LocalJobRun) -> None:
        cloudwatch = logs_backends[self.account_id][self.region_name]
        runner = RunRunner(self.jobs[name], run, self.services, cloudwatch, self._run_changed)
        self.runners[run.job_run_id] = runner
        self._save_run(run)
        runner.start()

    def _run_changed(self, run: LocalJobRun) -> None:
        self._save_run(run)
        job = self.jobs.get(run.job_name)
        if job and run.status == "FAILED" and run.attempt < (job.max_retries or 0):
            self._start(job.name, job.start_attempt(run))

    def _save_run(self, run: LocalJobRun) -> None:
        if run.job_name in self.jobs:
            state.save_run(self.services.layout.state, self.region_name, run)

    # Crawlers.

    def start_crawler(self, name: str) -> None:
        """Start to crawl."""
        super().start_crawler(name)
        self.get_crawler(name).crawl(self.services.layout.s3, self.save)

    def update_crawler(self, name: str, changes: dict[str, Any]) -> None:
        """Change what is given. CrawlerRunningException while the crawler runs."""
        crawler = self.get_crawler(name)
        if crawler.status != "READY":
            raise models.CrawlerRunningException(f"Crawler with name {name} has already started")
        for key, value in changes.items():
            setattr(crawler, camelcase_to_underscores(key), value)
        crawler.version += 1
        crawler.last_updated = utcnow()

    def delete_crawler(self, name: str) -> None:
        """Delete a crawler that does not run."""
        if self.get_crawler(name).status != "READY":
            raise models.CrawlerRunningException(f"Crawler with name {name} has already started")
        super().delete_crawler(name)

    def save(self) -> None:
        """Keep the definitions and the Data Catalog for the next start."""
        if self.account_id == ACCOUNT:
            state.save(self, self.services.layout.state)

    def close(self) -> None:
        """Kill what runs; the state on disk stays as it is."""
        for runner in self.runners.values():
            runner.close()


def register(services: Services) -> None:
    """Make moto use these classes; before the first request."""
    LocalGlueBackend.services = services
    models.FakeJob = LocalJob
    models.FakeJobRun = LocalJobRun
    models.FakeCrawler = LocalCrawler
    models.FakeCrawl = LocalCrawl
    models.glue_backends.backend = LocalGlueBackend


def resume(services: Services) -> None:
    """Bring back every region that has a state."""
    for region in state.regions(services.layout.state):
        models.glue_backends[ACCOUNT][region]


def running_jobs() -> list[dict[str, Any]]:
    """The runs that have a process now."""
    runners = [runner for backend in _backends() for runner in list(backend.runners.values())]
    return [found for runner in runners if (found := runner.running())]


def close() -> None:
    """Kill the programs of all runs."""
    for backend in _backends():
        backend.close()


def _backends() -> list[LocalGlueBackend]:
    return list(models.glue_backends[ACCOUNT].values())
