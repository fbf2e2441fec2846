"""Glue operators that are safe to retry, stop what they started, and tell why it failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from airflow.providers.amazon.aws.operators.glue_crawler import GlueCrawlerRunOperator
from airflow.providers.amazon.aws.triggers.glue import GlueJobCompleteTrigger
from airflow.providers.amazon.aws.triggers.glue_crawler import GlueCrawlerCompleteTrigger
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException
from botocore.exceptions import ClientError

from dagspec.runtime.glue_runs import earlier_run, failure, log_tail
from dagspec.runtime.tries import is_retry, series_name

CONCURRENT_RUNS = 100  # how many runs are active is Airflow's business: Glue's default of one refuses the second
CRAWLING = ("CrawlerRunningException", "CrawlerStoppingException")


class JobRunTrigger(GlueJobCompleteTrigger):
    """The provider's trigger, which also stops the run when a user ends the task: a run that nobody awaits costs."""

    async def on_kill(self) -> None:
        """Stop the run."""
        self.log.info("Stopping run %s of the Glue job %s", self.run_id, self.job_name)
        async with await self.hook().get_async_conn() as client:
            await client.batch_stop_job_run(JobName=self.job_name, JobRunIds=[self.run_id])


class JobOperator(GlueJobOperator):
    """Make the job what the spec says, start a run or adopt the one of an earlier try, and wait in the triggerer.

    The provider's operator adopts only a run that is active: one that has succeeded meanwhile would run twice.
    It also takes the script from the job's definition, which another version of the DAG may just have changed.
    """

    template_ext = ()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(update_config=True, stop_job_run_on_kill=True, concurrent_run_limit=CONCURRENT_RUNS, **kwargs)

    def execute(self, context: Context) -> None:
        """Start or adopt, then wait without a worker."""
        run_id = self.submit_job(context)
        trigger = JobRunTrigger(
            job_name=self.job_name,
            run_id=run_id,
            waiter_delay=self.waiter_delay,
            waiter_max_attempts=self.waiter_max_attempts,
            aws_conn_id=self.aws_conn_id,
            region_name=self.region_name,
        )
        self.defer(trigger=trigger, method_name="execute_complete")

    def submit_job(self, context: Context) -> str:
        """The id of the run."""
        series = {self.TASK_UUID_ARG: series_name(context)}
        run_id = earlier_run(self.hook.conn, self.job_name, series) if is_retry(context) else None
        if run_id:
            self.log.info("Adopting the run %s, which an earlier try of this task started", run_id)
        else:
            # by Glue's own argument each run has its script, whatever the job's definition says by then
            own = {"--scriptLocation": str(self.script_location)} | series
            run_id = str(self.hook.initialize_job(self.script_args | own, self.run_job_kwargs)["JobRunId"])
        self._set_job_run_id(context, run_id)
        return run_id

    def execute_complete(self, context: Context, event: dict[str, Any] | None = None) -> str:  # noqa: ARG002 - Airflow's
        """The run's id. Raises AirflowException with Glue's own reason and the end of its log when it failed."""
        run_id = str((event or {})["run_id"])
        run = self.hook.conn.get_job_run(JobName=self.job_name, RunId=run_id)["JobRun"]
        for line in log_tail(self.hook.logs_hook.get_conn(), run):
            self.log.info("%s", line)
        if run["JobRunState"] != "SUCCEEDED":
            raise AirflowException(failure(run))
        return run_id


class CrawlerOperator(GlueCrawlerRunOperator):
    """Make the crawler what the spec says, crawl, and wait in the triggerer.

    A crawl that runs already may have begun before this run's files were there: it is awaited, and another one started.
    The provider's operator would fail, or take that crawl for its own.
    """

    template_fields: Sequence[str] = (*GlueCrawlerRunOperator.template_fields, "config")

    def __init__(self, *, config: dict[str, Any], max_attempts: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config, self.max_attempts = config, max_attempts

    def execute(self, context: Context) -> None:
        """Start the crawl, as soon as no other one runs, then wait without a worker."""
        self.start(context)

    def start(self, context: Context, event: dict[str, Any] | None = None) -> None:  # noqa: ARG002 - Airflow's
        """Start the crawl. event: of the wait for another one; how that ended is not of interest."""
        config = {"Name": self.crawler_name, **self.config}
        try:
            if self.hook.has_crawler(self.crawler_name):
                self.hook.update_crawler(**config)
            else:
                self.hook.create_crawler(**config)
            self.hook.start_crawler(self.crawler_name)
        except ClientError as error:
            if error.response["Error"]["Code"] not in CRAWLING:
                raise
            self.log.info("Crawler %s is at work already: waiting for its end", self.crawler_name)
            self._wait("start")
        self._wait("execute_complete")

    def execute_complete(self, context: Context, event: dict[str, Any] | None = None) -> str:  # noqa: ARG002 - Airflow's
        """The crawler's name. Raises AirflowException with Glue's own reason when the crawl failed."""
        crawler = self.hook.get_crawler(self.crawler_name)
        crawl = crawler.get("LastCrawl", {})
        if crawler["State"] != "READY":
            raise AirflowException(f"Crawler {self.crawler_name} is still {crawler['State']}: it took too long")
        if crawl.get("Status") != "SUCCEEDED":
            reason = crawl.get("ErrorMessage") or (event or {}).get("message")
            raise AirflowException(f"Crawler {self.crawler_name}: {crawl.get('Status')}: {reason}")
        return str(self.crawler_name)

    def _wait(self, method: str) -> None:
        trigger = GlueCrawlerCompleteTrigger(
            crawler_name=self.crawler_name,
            waiter_delay=self.poll_interval,
            waiter_max_attempts=self.max_attempts,
            aws_conn_id=self.aws_conn_id,
            region_name=self.region_name,
        )
        self.defer(trigger=trigger, method_name=method)
