"""The Glue calls that moto lacks, and the care for the state after each call that changes something."""

from __future__ import annotations

from typing import Any, cast

from moto.core.responses import TYPE_RESPONSE, ActionResult, EmptyResult
from moto.glue.exceptions import EntityNotFoundException
from moto.glue.responses import GlueResponse

from localcloud.glue.backend import LocalGlueBackend
from localcloud.glue.model import LocalJob

_READING = ("Get", "List", "BatchGet", "Search")


class LocalGlueResponse(GlueResponse):
    """moto's Glue API, completed."""

    @property
    def backend(self) -> LocalGlueBackend:
        """The backend of the request's account and region."""
        return cast(LocalGlueBackend, self.glue_backend)

    def call_action(self) -> TYPE_RESPONSE:
        """Answer a request, then keep what it changed."""
        answer = super().call_action()
        if not self._get_action().startswith(_READING):
            self.backend.save()
        return answer

    def update_job(self) -> ActionResult:
        """UpdateJob."""
        name = self.parameters["JobName"]
        self.backend.update_job(name, self.parameters["JobUpdate"])
        return ActionResult({"JobName": name})

    def batch_stop_job_run(self) -> ActionResult:
        """BatchStopJobRun."""
        name, run_ids = self.parameters["JobName"], self.parameters["JobRunIds"]
        answers = zip(run_ids, self.backend.batch_stop_job_run(name, run_ids), strict=True)
        entries = [({"JobName": name, "JobRunId": run_id}, message) for run_id, message in answers]
        return ActionResult(
            {
                "SuccessfulSubmissions": [entry for entry, message in entries if not message],
                "Errors": [{**entry, "ErrorDetail": _detail(message)} for entry, message in entries if message],
            }
        )

    def get_job_bookmark(self) -> ActionResult:
        """GetJobBookmark."""
        job = self.backend.get_job(self.parameters["JobName"])
        return ActionResult({"JobBookmarkEntry": self._bookmark(job)})

    def reset_job_bookmark(self) -> ActionResult:
        """ResetJobBookmark: there is nothing to forget."""
        return self.get_job_bookmark()

    def update_crawler(self) -> ActionResult:
        """UpdateCrawler."""
        changes = dict(self.parameters)
        self.backend.update_crawler(changes.pop("Name"), changes)
        return EmptyResult()

    def get_crawler_metrics(self) -> ActionResult:
        """GetCrawlerMetrics."""
        crawlers = self.backend.crawlers
        names = self.parameters.get("CrawlerNameList") or list(crawlers)
        metrics = [crawlers[name].metrics() for name in names if name in crawlers]
        return ActionResult({"CrawlerMetricsList": metrics})

    def _bookmark(self, job: LocalJob) -> dict[str, Any]:
        if not job.job_runs:
            raise EntityNotFoundException(f"Continuation for job {job.name} not found.")
        return {"JobName": job.name, "Version": 1, "Run": len(job.job_runs), "Attempt": 0}


def _detail(message: str) -> dict[str, str]:
    code = "EntityNotFoundException" if message.endswith("not found.") else "InvalidInputException"
    return {"ErrorCode": code, "ErrorMessage": message}
