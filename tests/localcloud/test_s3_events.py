"""S3 tells a queue of the objects that land, whoever puts them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from cloud import Cloud, wait_for

BUCKET = "landing"


class Queue:
    """A queue that hears of the landing bucket."""

    def __init__(self, cloud: Cloud) -> None:
        self.sqs = cloud.client("sqs")
        self.url = self.sqs.create_queue(QueueName="landed")["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"]
        self.arn = attributes["QueueArn"]

    def received(self) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
        messages = answer.get("Messages", [])
        for message in messages:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        bodies = [json.loads(message["Body"]) for message in messages]
        return [record for body in bodies for record in body.get("Records", [])]

    def objects(self) -> list[dict[str, Any]]:
        """The next objects; a test that expects some waits for them."""
        records = wait_for("a notification", lambda: self.received() or None, 10)
        return [record["s3"]["object"] for record in records]


@pytest.fixture
def queue(cloud: Cloud) -> Iterator[Queue]:
    cloud.s3.create_bucket(Bucket=BUCKET)
    cloud.file("old.csv", BUCKET).write_text("was there before")
    queue = Queue(cloud)
    rules = [{"Name": "prefix", "Value": "in/"}]
    target = {"QueueArn": queue.arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}
    cloud.s3.put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": [target]}
    )
    yield queue
    cloud.s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})
    queue.sqs.delete_queue(QueueUrl=queue.url)


def test_an_object_that_is_put_is_told_of_once(cloud: Cloud, queue: Queue) -> None:
    cloud.put("in/a b+c.csv", "1234", BUCKET)
    cloud.put("elsewhere/d.csv", "no", BUCKET)
    (told,) = queue.objects()
    assert (told["key"], told["size"], len(told["eTag"])) == ("in%2Fa+b%2Bc.csv", 4, 32)
    assert queue.received() == []


def test_a_file_in_the_folder_is_told_of_with_its_size_and_etag(cloud: Cloud, queue: Queue) -> None:
    file = cloud.file("in/dropped.csv", BUCKET)
    file.parent.mkdir(exist_ok=True)
    file.write_text("12345")
    (told,) = queue.objects()
    assert (told["key"], told["size"]) == ("in%2Fdropped.csv", 5)
    assert f'"{told["eTag"]}"' == cloud.s3.head_object(Bucket=BUCKET, Key="in/dropped.csv")["ETag"]
    assert queue.received() == []


def test_each_write_of_a_key_has_a_greater_sequencer(cloud: Cloud, queue: Queue) -> None:
    for _ in range(2):
        cloud.put("in/same.csv", "same", BUCKET)
    first, second = (one["sequencer"] for one in queue.objects())
    assert first < second


def test_a_multipart_upload_is_told_of_once(cloud: Cloud, queue: Queue) -> None:
    name = {"Bucket": BUCKET, "Key": "in/large.csv"}
    upload = cloud.s3.create_multipart_upload(**name)["UploadId"]
    part = cloud.s3.upload_part(**name, UploadId=upload, PartNumber=1, Body=b"large")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    cloud.s3.complete_multipart_upload(**name, UploadId=upload, MultipartUpload=parts)
    assert [one["key"] for one in queue.objects()] == ["in%2Flarge.csv"]
    assert queue.received() == []
