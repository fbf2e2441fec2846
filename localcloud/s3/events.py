"""S3's notifications: what moto's leave out, and files that other programs put into buckets."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.s3 import models, notifications

from localcloud.layout import ACCOUNT

LOOK_SECONDS = 0.5

log = logging.getLogger(__name__)


def complete_events() -> None:
    """Give moto's records the fields that S3's always have: consumers tell events apart by them. Call it once."""
    plain = notifications._get_s3_event
    numbers = itertools.count(time.time_ns())  # grows from one start of the server to the next

    def complete(event_name: str, bucket: models.FakeBucket, key: Any, notification_id: str) -> dict[str, Any]:
        event: dict[str, Any] = plain(event_name, bucket, key, notification_id)
        record = event["Records"][0]["s3"]["object"]
        if not hasattr(key, "sequencer"):  # all that hear of one write hear the same number
            key.sequencer = f"{next(numbers):016X}"
        record["sequencer"] = key.sequencer
        if bucket.is_versioned:
            record["versionId"] = key.version_id
        return event

    notifications._get_s3_event = complete


@contextmanager
def watching() -> Iterator[None]:
    """Look into the watched buckets' folders until the block ends; it costs nothing when no bucket is watched."""
    stop = threading.Event()
    thread = threading.Thread(target=_watch, args=(stop,), name="s3-events", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _watch(stop: threading.Event) -> None:
    backend = models.s3_backends[ACCOUNT]["aws"]
    while not stop.wait(LOOK_SECONDS):
        try:
            backend.tell_of_new_files()
        except Exception:  # a folder may vanish while it is read
            log.exception("The watched buckets cannot be read")
