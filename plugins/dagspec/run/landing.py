"""Start a run on this machine as in production: an object lands, S3 tells a queue, and Airflow hears it there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from dagspec.run.environment import REGION
from dagspec.run.errors import RunError
from dagspec.run.inputs import SUFFIX, Input
from dagspec.run.outputs import s3_client

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from dagspec.spec import S3ObjectEvent

CREATED = "s3:ObjectCreated:*"


def landing_input(event: S3ObjectEvent, inputs: Iterable[Input], dag_id: str) -> Input:
    """Return the first sample input that the trigger waits for. Raises RunError when there is none."""
    for one in inputs:
        if one.bucket == event.bucket and one.key.startswith(event.prefix) and one.key.endswith(event.suffix):
            return one
    pattern = f"s3://{event.bucket}/{event.prefix}*{event.suffix}"
    raise RunError(
        f"{dag_id} starts when an object lands at {pattern}, and no sample input does: name one in "
        f'dag_specs/tests/{dag_id}{SUFFIX}, or pass --conf \'{{"s3_object": "s3://bucket/key"}}\''
    )


def connect_queue(endpoint: str, event: S3ObjectEvent) -> None:
    """Make the queue, and let the bucket tell it of new objects; what else the bucket tells of stays."""
    sqs = boto3.client(
        "sqs",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the local cloud accepts any
        config=Config(proxies={}),
    )
    name = event.queue.rpartition("/")[2]
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    s3 = s3_client(endpoint)
    s3.create_bucket(Bucket=event.bucket)
    found: list[Any] = s3.get_bucket_notification_configuration(Bucket=event.bucket).get("QueueConfigurations", [])
    configurations = [*(one for one in found if one["QueueArn"] != arn), _configuration(event, arn)]
    s3.put_bucket_notification_configuration(
        Bucket=event.bucket, NotificationConfiguration={"QueueConfigurations": configurations}
    )


def _configuration(event: S3ObjectEvent, arn: str) -> dict[str, Any]:
    rules = [("prefix", event.prefix), ("suffix", event.suffix)]
    filters = [{"Name": name, "Value": value} for name, value in rules if value]
    return {"QueueArn": arn, "Events": [CREATED], "Filter": {"Key": {"FilterRules": filters}}}


def land(client: S3Client, one: Input) -> None:
    """Let an object that is there land once more."""
    body = client.get_object(Bucket=one.bucket, Key=one.key)["Body"].read()
    client.put_object(Bucket=one.bucket, Key=one.key, Body=body)
