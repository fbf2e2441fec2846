"""The trigger against a real queue, driven by Airflow's own manager of shared streams as the triggerer does it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from airflow.sdk import Asset
from airflow.serialization.serialized_objects import DagSerialization
from airflow.triggers.base import TriggerEvent
from airflow.triggers.shared_stream import SharedStreamManager

from dagspec.loader import load_dags
from dagspec.runtime import s3_events
from dagspec.runtime.s3_events import S3ObjectTrigger
from dagspec.runtime.s3_ledger import HEAD, TAKEN, Entry, RunLedger, TriggerLedger
from tests.loader.aws_tries import Aws, local_cloud
from tests.loader.test_s3_ledger import Store, landed
from tests.loader.test_s3_messages import direct, record

CLOSE_SECONDS = 5
NAME = "s3://landing/in/*?dag=demo"
ARGUMENTS = {"asset": NAME, "bucket": "landing", "queue": "q", "prefix": "in/", "aws_conn_id": "aws_default"}
SPEC = """
trigger:
  s3_object: {bucket: landing, prefix: in/, queue: q}
tasks:
  landed: {operator: s3.object}
"""


class Queue:
    """The queue of one test."""

    def __init__(self, sqs: Any, name: str) -> None:
        self.sqs, self.name = sqs, name
        self.url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "1"})["QueueUrl"]

    def send(self, body: str) -> None:
        self.sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def size(self) -> int:
        """All that is not deleted."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return sum(map(int, found.values()))


class Triggerer:
    """What Airflow's triggerer does with a trigger."""

    def __init__(self, queue: str, store: Any) -> None:
        self.trigger = S3ObjectTrigger(**ARGUMENTS | {"queue": queue})
        self.trigger.asset_state_store = {Asset(NAME): store}  # type: ignore[assignment]
        self.key = self.trigger.shared_stream_key()
        self.manager = SharedStreamManager()
        stream = self.manager.subscribe(trigger_id=1, trigger=self.trigger, key=self.key)
        self.events: AsyncIterator[TriggerEvent] = self.trigger.filter_shared_stream(stream)
        self.pending: asyncio.Task[TriggerEvent] | None = None

    async def next_key(self) -> str:
        """The key of the next event, which is not stored yet."""
        event = await asyncio.wait_for(self.pending or anext(self.events), 15)
        self.pending = None
        return str(event.payload["key"])

    def go_on(self) -> None:
        """Ask for the event after this one, as the triggerer does at once."""
        self.pending = asyncio.create_task(anext(self.events))  # type: ignore[arg-type]

    def bind(self) -> int | None:
        return self.manager.bind_pending_event(trigger_id=1, key=self.key)

    async def close(self) -> None:
        if self.pending:
            self.pending.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await self.pending
        await self.manager.unsubscribe(1, self.key)


@pytest.fixture(scope="module")
def sqs(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Any]:
    with local_cloud(root, tmp_path_factory.mktemp("cloud")) as endpoint, pytest.MonkeyPatch.context() as patch:
        aws = Aws(endpoint)
        aws.connect(patch)
        patch.setattr(s3_events, "WAIT_SECONDS", 1)
        patch.setattr(s3_events, "PAUSE_SECONDS", 0.1)
        yield aws.client("sqs")


@pytest.fixture
def queue(sqs: Any, request: pytest.FixtureRequest) -> Queue:
    return Queue(sqs, request.node.name[:70])


def play(queue: Queue, store: Any, story: Callable[[Triggerer], Awaitable[None]]) -> None:
    async def run() -> None:
        triggerer = Triggerer(queue.name, store)
        try:
            await story(triggerer)
        finally:
            # a request that ends as it is cancelled may lose the cancellation; asyncio.run cancels again
            with suppress(TimeoutError):
                await asyncio.wait_for(triggerer.close(), CLOSE_SECONDS)

    asyncio.run(run())


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    for _ in range(int(seconds / 0.05)):
        if await asyncio.to_thread(condition):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen in time")


def test_a_message_is_deleted_only_when_all_its_events_are_stored(queue: Queue) -> None:
    queue.send(direct(record("in/a"), record("out/b"), record("in/c")))

    async def story(triggerer: Triggerer) -> None:
        assert await triggerer.next_key() == "in/a"
        first = triggerer.bind()
        assert await triggerer.next_key() == "in/c"
        second = triggerer.bind()
        triggerer.go_on()
        triggerer.manager.confirm_persisted([first])
        await asyncio.sleep(0.3)
        assert queue.size() == 1
        triggerer.manager.confirm_persisted([second])
        await until(lambda: queue.size() == 0)

    play(queue, Store(), story)


def test_a_triggerer_that_stops_before_events_are_stored_leaves_the_message(queue: Queue) -> None:
    queue.send(direct(record("in/a")))
    store = Store()

    async def dies(triggerer: Triggerer) -> None:
        assert await triggerer.next_key() == "in/a"
        triggerer.bind()

    async def next_one(triggerer: Triggerer) -> None:
        assert await triggerer.next_key() == "in/a"  # from the ledger
        assert await triggerer.next_key() == "in/a"  # from the queue
        seq = triggerer.bind()
        triggerer.go_on()
        triggerer.manager.confirm_persisted([seq])
        await until(lambda: queue.size() == 0)

    play(queue, store, dies)
    assert queue.size() == 1
    play(queue, store, next_one)


def test_what_a_run_has_taken_is_deleted_and_told_to_nobody(queue: Queue) -> None:
    store = Store()
    queue.send(direct(record("in/a")))

    async def story(triggerer: Triggerer) -> None:
        await triggerer.next_key()
        seq = triggerer.bind()
        told = msgspec.convert(store.values[HEAD], Entry)
        triggerer.go_on()
        triggerer.manager.confirm_persisted([seq])
        await until(lambda: queue.size() == 0)
        RunLedger(store).take(told.landed, "run")
        queue.send(direct(record("in/a")))
        queue.send(direct(record("in/b")))
        assert await triggerer.next_key() == "in/b"

    play(queue, store, story)


def test_what_is_no_notification_is_deleted_and_stops_nothing(queue: Queue, caplog: pytest.LogCaptureFixture) -> None:
    queue.send("rubbish")
    queue.send(json.dumps({"Event": "s3:TestEvent"}))
    queue.send(direct(record("in/a")))

    async def story(triggerer: Triggerer) -> None:
        assert await triggerer.next_key() == "in/a"
        await until(lambda: queue.size() == 1)
        assert "rubbish" in caplog.text

    play(queue, Store(), story)


def test_what_is_no_notification_is_left_to_a_dead_letter_queue(queue: Queue, sqs: Any) -> None:
    dead = Queue(sqs, "dead-letters")
    arn = sqs.get_queue_attributes(QueueUrl=dead.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"RedrivePolicy": policy})
    queue.send("rubbish")

    async def story(triggerer: Triggerer) -> None:
        triggerer.go_on()
        await until(lambda: dead.size() == 1)

    play(queue, Store(), story)


def test_a_message_that_cannot_be_written_down_comes_again(queue: Queue) -> None:
    store = Store()
    store.writes_left = 0
    queue.send(direct(record("in/a")))

    async def story(triggerer: Triggerer) -> None:
        triggerer.go_on()
        await asyncio.sleep(1.5)
        assert queue.size() == 1
        store.writes_left = -1
        assert await triggerer.next_key() == "in/a"

    play(queue, store, story)


class SlowStore(Store):
    """A store that never answers."""

    async def aget(self, key: str) -> Any:
        if key.startswith(TAKEN):
            await asyncio.sleep(60)
        return await super().aget(key)


def test_a_trigger_that_is_cancelled_while_it_writes_leaves_the_message(queue: Queue) -> None:
    async def story(triggerer: Triggerer) -> None:
        other = S3ObjectTrigger(**ARGUMENTS | {"queue": queue.name, "prefix": "other/"})
        other.asset_state_store = {Asset(NAME): Store()}  # type: ignore[assignment]
        # the reader goes on for another trigger of the queue, so it could still delete
        stream = triggerer.manager.subscribe(trigger_id=2, trigger=other, key=triggerer.key)
        others = asyncio.create_task(anext(other.filter_shared_stream(stream)))  # type: ignore[arg-type]
        triggerer.go_on()
        queue.send(direct(record("in/a")))
        await asyncio.sleep(0.5)
        await triggerer.close()
        await asyncio.sleep(0.3)
        assert queue.size() == 1
        others.cancel()
        await triggerer.manager.unsubscribe(2, triggerer.key)

    play(queue, SlowStore(), story)


def test_a_queue_that_is_not_there_yet_is_awaited(sqs: Any) -> None:
    class Later(Queue):
        def __init__(self) -> None:
            self.name = "made-later"

    async def story(triggerer: Triggerer) -> None:
        triggerer.go_on()
        await asyncio.sleep(0.5)
        queue = await asyncio.to_thread(Queue, sqs, "made-later")
        queue.send(direct(record("in/a")))
        assert await triggerer.next_key() == "in/a"

    play(Later(), Store(), story)


def test_the_spec_watches_the_bucket_by_the_queue(repository: Path) -> None:
    (repository / "dag_specs/demo.yaml").write_text(SPEC)
    dag = load_dags(repository)["demo"]
    (asset,) = dag.schedule
    (watcher,) = asset.watchers
    path, arguments = watcher.trigger.serialize()
    assert (asset.name, asset.uri, watcher.name) == (NAME, NAME, "q")
    assert path == "dagspec.runtime.s3_events.S3ObjectTrigger"
    assert arguments == ARGUMENTS | {"suffix": ""}
    assert S3ObjectTrigger(**arguments).serialize() == (path, arguments)
    assert DagSerialization.to_dict(dag)
    assert dag.get_task("landed").max_active_tis_per_dag == 1
    # an inlet with the asset itself would replace it in Airflow's database, watcher and all
    assert [type(inlet) for inlet in dag.get_task("landed").inlets] == [type(Asset.ref(name=NAME))]


def test_a_trigger_begins_with_what_waits_in_its_ledger(queue: Queue) -> None:
    store = Store()
    asyncio.run(TriggerLedger(store).tell(landed(7)))

    async def story(triggerer: Triggerer) -> None:
        assert await triggerer.next_key() == "7"

    play(queue, store, story)
