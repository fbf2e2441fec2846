"""The text of a queue's message → the objects that have landed. Imports nothing of Airflow."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

import msgspec

CREATED = "ObjectCreated:"
CREATED_BY_EVENTBRIDGE = "Object Created"


class MessageError(ValueError):
    """A message that is no notification of S3."""


class LandedObject(msgspec.Struct, frozen=True, kw_only=True):
    """An object that has landed; `size` in bytes, `event_time` in ISO format, what S3 does not tell is empty."""

    bucket: str
    key: str
    uri: str
    size: int = 0
    etag: str = ""
    version_id: str = ""
    sequencer: str = ""
    event_time: str = ""

    @property
    def event_id(self) -> str:
        """The same for each copy of one event; S3 and its queues may deliver an event more than once."""
        parts = [self.bucket, self.key, self.version_id, self.sequencer or self.event_time, self.etag]
        return hashlib.sha256("\n".join(parts).encode(errors="surrogatepass")).hexdigest()[:16]

    @property
    def run_id(self) -> str:
        """The id of the run that is started for this event, and for no other."""
        moment = self.event_time[:19].replace(":", "").replace("-", "")
        return f"s3_object__{moment}__{self.event_id}"


class _Bucket(msgspec.Struct):
    name: str


class _Object(msgspec.Struct, rename="camel"):
    """Of a notification that S3 has sent itself."""

    key: str
    size: int = 0
    e_tag: str = ""
    version_id: str | None = None
    sequencer: str = ""


class _S3(msgspec.Struct):
    bucket: _Bucket
    object: _Object


class _Record(msgspec.Struct, rename="camel"):
    event_name: str
    event_time: datetime
    s3: _S3


class _Detail(msgspec.Struct):
    """Of an event of EventBridge, which spells the names of S3's fields in its own way."""

    class Object(msgspec.Struct, rename={"version_id": "version-id"}):
        key: str
        size: int = 0
        etag: str = ""
        version_id: str | None = None
        sequencer: str = ""

    bucket: _Bucket
    object: Object


class _Event(msgspec.Struct, rename={"kind": "detail-type"}):
    source: str
    kind: str
    time: datetime
    detail: _Detail


def landed_objects(body: str) -> list[LandedObject]:
    """The objects that a message tells of: sent by S3 itself, through SNS, or through EventBridge.

    Empty for S3's test message and for other events than created objects. Raises MessageError for anything else.
    """
    try:
        return _landed(_opened(body))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise MessageError(f"not a notification of S3: {error}") from error


def _opened(body: str) -> dict[str, Any]:
    """The notification; SNS wraps it as a text."""
    message = msgspec.json.decode(body, type=dict[str, Any])
    if message.get("Type") == "Notification":
        return msgspec.json.decode(msgspec.convert(message.get("Message"), str), type=dict[str, Any])
    return message


def _landed(message: dict[str, Any]) -> list[LandedObject]:
    if message.get("Event") == "s3:TestEvent":
        return []
    if "detail-type" in message:
        return _from_eventbridge(msgspec.convert(message, _Event))
    if "Records" not in message:
        raise ValueError('it has neither "Records" nor "detail-type"')
    records = msgspec.convert(message["Records"], list[_Record])
    return [_from_record(record) for record in records if record.event_name.removeprefix("s3:").startswith(CREATED)]


def _from_record(record: _Record) -> LandedObject:
    one = record.s3.object
    # S3 writes keys as a web form does: a blank is "+"
    key = unquote_plus(one.key, errors="strict")
    return _object(record.s3.bucket, key, one.size, one.e_tag, one.version_id, one.sequencer, record.event_time)


def _from_eventbridge(event: _Event) -> list[LandedObject]:
    if event.source != "aws.s3" or event.kind != CREATED_BY_EVENTBRIDGE:
        return []
    one = event.detail.object  # here the key stands as it is
    bucket = event.detail.bucket
    return [_object(bucket, one.key, one.size, one.etag, one.version_id, one.sequencer, event.time)]


def _object(
    bucket: _Bucket, key: str, size: int, etag: str, version_id: str | None, sequencer: str, moment: datetime
) -> LandedObject:
    if not bucket.name or not key:
        raise ValueError("a bucket or a key is empty")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return LandedObject(
        bucket=bucket.name,
        key=key,
        uri=f"s3://{bucket.name}/{key}",
        size=size,
        etag=etag,
        version_id=version_id or "",
        sequencer=sequencer,
        event_time=moment.astimezone(UTC).isoformat(timespec="milliseconds"),
    )
