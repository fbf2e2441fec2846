"""Watch a queue for the objects that S3 tells of; nothing leaves the queue before Airflow has stored it.

The trigger works in Airflow's ack mode: the triggerer tells the producer which messages have become events in the
metadata database, and only those are deleted. A triggerer that dies leaves its messages to the next one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Hashable, Sequence
from typing import Any, NamedTuple

import msgspec
from airflow.providers.amazon.aws.hooks.sqs import SqsHook
from airflow.sdk import Asset
from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from airflow.triggers.shared_stream import AdvanceItem, SharedStreamProducer, reject_shared_stream_event

from dagspec.runtime.s3_ledger import TriggerLedger
from dagspec.runtime.s3_messages import LandedObject, MessageError, landed_objects

WAIT_SECONDS = 20  # SQS's longest: an empty queue costs three requests a minute
BATCH = 10  # SQS's largest
PAUSE_SECONDS = 5.0
SHOWN_CHARACTERS = 500

log = logging.getLogger(__name__)


class Receipt(NamedTuple):
    """What SQS wants to see when a message is deleted."""

    message_id: str
    handle: str


class S3ObjectTrigger(BaseEventTrigger):
    """One event for each object that lands below a prefix; the payload has the fields of LandedObject.

    asset: the name of the asset that is watched. queue: name or URL. Triggers of one queue share one reader.
    """

    def __init__(
        self, *, asset: str, bucket: str, queue: str, prefix: str = "", suffix: str = "", aws_conn_id: str
    ) -> None:
        super().__init__()
        self.asset, self.aws_conn_id = asset, aws_conn_id
        self.bucket, self.queue, self.prefix, self.suffix = bucket, queue, prefix, suffix

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Where the class is, and its arguments: none is a secret, and they change with the spec only."""
        names = ("asset", "bucket", "queue", "prefix", "suffix", "aws_conn_id")
        return f"{__name__}.{type(self).__name__}", {name: getattr(self, name) for name in names}

    def shared_stream_key(self) -> Hashable:
        """Two readers would take each other's messages."""
        return ("dagspec.s3_object", self.aws_conn_id, self.queue)

    @classmethod
    def create_shared_stream_producer(cls, kwargs: dict[str, Any]) -> SharedStreamProducer:
        """The reader of the queue."""
        return QueueReader(kwargs["queue"], kwargs["aws_conn_id"])

    async def filter_shared_stream(self, shared_stream: AsyncIterator[Any]) -> AsyncIterator[TriggerEvent]:
        """The objects of each message that this trigger is for, and that no run has taken."""
        assert self.asset_state_store is not None  # noqa: S101 - Airflow gives each watcher of an asset its store
        ledger = TriggerLedger(self.asset_state_store[Asset(self.asset)])
        if last := await ledger.waiting():
            yield _event(last)  # the triggerer may have died before it told Airflow
        async for objects in shared_stream:
            for one in await self._untaken(objects, ledger):
                yield _event(one)

    async def _untaken(self, objects: list[LandedObject], ledger: TriggerLedger) -> list[LandedObject]:
        try:
            return [one for one in objects if self.wants(one) and await ledger.tell(one)]
        except BaseException as error:
            # to leave a message unanswered counts as having dealt with it: it must come again
            reject_shared_stream_event()
            if not isinstance(error, Exception):
                raise
            log.exception("The objects of a message cannot be written down; it will come again")
            return []

    def wants(self, one: LandedObject) -> bool:
        """Whether the object is in the bucket, with the prefix and the suffix."""
        return one.bucket == self.bucket and one.key.startswith(self.prefix) and one.key.endswith(self.suffix)

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Never called: Airflow has to ask for it, but triggers with a shared stream are read through that."""
        raise NotImplementedError
        yield TriggerEvent(None)  # makes it the generator that Airflow's type is


def _event(one: LandedObject) -> TriggerEvent:
    return TriggerEvent(msgspec.to_builtins(one))


class QueueReader(SharedStreamProducer):
    """Reads one queue for as long as the triggerer lives."""

    def __init__(self, queue: str, aws_conn_id: str) -> None:
        self.queue = queue
        self.hook = SqsHook(aws_conn_id=aws_conn_id)
        self.client: Any = None
        self.url = ""

    async def open_stream(self) -> AsyncIterator[tuple[list[LandedObject], Receipt]]:
        """The objects of each message, and its receipt.

        Whatever goes wrong is logged and tried again: Airflow restarts a trigger that fails at once, for ever.
        """
        while True:
            try:
                async with await self.hook.get_async_conn() as self.client:
                    self.url = await self._find_queue()
                    async for message in self._messages():
                        yield message
            except Exception:
                log.exception("The queue %s cannot be read; next try in %s s", self.queue, PAUSE_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)

    async def advance(self, batch: Sequence[AdvanceItem]) -> None:
        """Delete the messages whose events are stored; the others come again when their visibility timeout ends."""
        receipts = [item.broker_payload for item in batch if item.outcome.is_clean]
        for start in range(0, len(receipts), BATCH):
            await self._delete(receipts[start : start + BATCH])

    async def _find_queue(self) -> str:
        if "/" in self.queue:
            return self.queue
        return str((await self.client.get_queue_url(QueueName=self.queue))["QueueUrl"])

    async def _messages(self) -> AsyncIterator[tuple[list[LandedObject], Receipt]]:
        while True:
            answer = await self.client.receive_message(
                QueueUrl=self.url, MaxNumberOfMessages=BATCH, WaitTimeSeconds=WAIT_SECONDS
            )
            for message in answer.get("Messages", []):
                receipt = Receipt(message["MessageId"], message["ReceiptHandle"])
                try:
                    yield landed_objects(message["Body"]), receipt
                except MessageError as error:
                    await self._refuse(receipt, f"{error}: {message['Body'][:SHOWN_CHARACTERS]}")

    async def _refuse(self, receipt: Receipt, why: str) -> None:
        """Leave it to the queue's dead-letter queue, or delete it when there is none: it will never be readable."""
        answer = await self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["RedrivePolicy"])
        is_kept = "RedrivePolicy" in answer.get("Attributes", {})
        log.error("Message %s is %s; %s", receipt.message_id, why, "left to be redriven" if is_kept else "deleted")
        if not is_kept:
            await self._delete([receipt])

    async def _delete(self, receipts: list[Receipt]) -> None:
        entries = [{"Id": str(index), "ReceiptHandle": one.handle} for index, one in enumerate(receipts)]
        try:
            answer = await self.client.delete_message_batch(QueueUrl=self.url, Entries=entries)
        except Exception:
            # they come again, and their events are known then
            log.exception("%d messages cannot be deleted from %s", len(receipts), self.queue)
            return
        for failure in answer.get("Failed", []):
            log.warning("A message cannot be deleted from %s: %s", self.queue, failure.get("Message"))
