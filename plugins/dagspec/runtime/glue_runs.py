"""What Glue tells of job runs: whose they are, why they failed, the end of their logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

# a run in one of these has done the work, or is about to
GOOD = ("STARTING", "RUNNING", "WAITING", "SUCCEEDED")
MOST_RUNS = 1_000  # the newest ones, to look through: retries follow each other
TAIL_LINES = 40


def earlier_run(client: GlueClient, job_name: str, arguments: Mapping[str, str]) -> str | None:
    """Id of the newest run of the job with these arguments that has not failed; None when there is none."""
    pages = client.get_paginator("get_job_runs").paginate(JobName=job_name, PaginationConfig={"MaxItems": MOST_RUNS})
    try:
        runs = [run for page in pages for run in page["JobRuns"] if run["JobRunState"] in GOOD]
    except client.exceptions.EntityNotFoundException:
        return None  # the earlier try did not come as far as the job
    return next((run["Id"] for run in runs if arguments.items() <= run.get("Arguments", {}).items()), None)


def failure(run: Mapping[str, Any]) -> str:
    """Why a run has not succeeded, in Glue's words."""
    reason = run.get("ErrorMessage") or "no reason given"
    return f"Run {run['Id']} of the Glue job {run['JobName']} is {run['JobRunState']}: {reason}"


def log_tail(client: Any, run: Mapping[str, Any]) -> Iterator[str]:
    """The last lines of the run's output and of its error log, each under a heading; nothing where there is no log."""
    for kind in ("output", "error"):
        group = f"{run.get('LogGroupName', '/aws-glue/jobs')}/{kind}"
        if lines := _last_lines(client, group, run["Id"]):
            yield f"--- {group} {run['Id']}, last {len(lines)} lines"
            yield from lines


def _last_lines(client: Any, group: str, stream: str) -> list[str]:
    try:
        answer = client.get_log_events(logGroupName=group, logStreamName=stream, limit=TAIL_LINES, startFromHead=False)
    except ClientError as error:  # the log helps; that there is none, or it may not be read, must not fail the task
        return [f"the log cannot be read: {error}"] if _is_refusal(error) else []
    return [event["message"].rstrip() for event in answer["events"]]


def _is_refusal(error: ClientError) -> bool:
    return error.response.get("Error", {}).get("Code") != "ResourceNotFoundException"
