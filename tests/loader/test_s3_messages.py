"""The texts that a queue may hold, and the objects in them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagspec.runtime.s3_messages import LandedObject, MessageError, landed_objects

TIME = "2026-11-20T20:07:11.123Z"


def record(key: str, name: str = "ObjectCreated:Put", **more: Any) -> dict[str, Any]:
    one = {"key": quote_plus(key), "size": 3, "eTag": "e7", "sequencer": "0A", **more}
    return {"eventName": name, "eventTime": TIME, "s3": {"bucket": {"name": "landing"}, "object": one}}


def direct(*records: dict[str, Any]) -> str:
    return json.dumps({"Records": records})


def eventbridge(key: str, kind: str = "Object Created") -> str:
    one = {"key": key, "size": 3, "etag": "e7", "version-id": "v1", "sequencer": "0A"}
    detail = {"bucket": {"name": "landing"}, "object": one, "reason": "PutObject"}
    return json.dumps({"source": "aws.s3", "detail-type": kind, "time": "2026-11-20T20:07:11Z", "detail": detail})


def through_sns(text: str) -> str:
    return json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:1:t", "Message": text})


def test_a_notification_has_all_that_s3_tells() -> None:
    (found,) = landed_objects(direct(record("in/a b.csv", versionId="v1")))
    assert found == LandedObject(
        bucket="landing",
        key="in/a b.csv",
        uri="s3://landing/in/a b.csv",
        size=3,
        etag="e7",
        version_id="v1",
        sequencer="0A",
        event_time="2026-11-20T20:07:11.123+00:00",
    )


def test_sns_wraps_the_same_text() -> None:
    text = direct(record("a"), record("b"))
    assert landed_objects(through_sns(text)) == landed_objects(text)
    assert [one.key for one in landed_objects(text)] == ["a", "b"]


def test_eventbridge_does_not_encode_keys() -> None:
    for text in (eventbridge("in/a+b %2F.csv"), through_sns(eventbridge("in/a+b %2F.csv"))):
        (found,) = landed_objects(text)
        assert (found.key, found.size, found.version_id, found.sequencer) == ("in/a+b %2F.csv", 3, "v1", "0A")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": TIME, "Bucket": "landing"}),
        direct(record("a", "ObjectRemoved:Delete")),
        eventbridge("a", "Object Deleted"),
        direct(),
    ],
)
def test_what_tells_of_no_new_object_is_no_mistake(text: str) -> None:
    assert landed_objects(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "{}",
        '{"Records": 5}',
        '{"Records": [{"eventName": "ObjectCreated:Put"}]}',
        direct(record("")),
        direct(record("a", sequencer=5)),
        direct(record("x") | {"eventTime": "yesterday"}),
        '{"Type": "Notification", "Message": {}}',
        through_sns("hello"),
        '{"detail-type": "Object Created", "source": "aws.s3"}',
        direct(record("a")).replace('"a"', '"%ff"'),
        '{"Records": ' + "[" * 100_000,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(MessageError, match="not a notification of S3"):
        landed_objects(text)


def json_values() -> st.SearchStrategy[Any]:
    words = st.sampled_from(["Records", "Type", "Notification", "Message", "detail-type", "Event", "s3", "detail"])
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | words
    return st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(words | st.text(), inner))


@given(st.text() | json_values().map(json.dumps) | json_values().map(json.dumps).map(through_sns))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        found = landed_objects(text)
    except MessageError:
        return
    assert all(isinstance(one, LandedObject) for one in found)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_key_comes_back(key: str) -> None:
    assert landed_objects(direct(record(key)))[0].key == key


def test_an_event_has_one_id_and_a_run_id_that_airflow_takes() -> None:
    (first,) = landed_objects(direct(record("a")))
    (again,) = landed_objects(through_sns(direct(record("a"))))
    (written_again,) = landed_objects(direct(record("a", sequencer="0B")))
    assert first.run_id == again.run_id != written_again.run_id
    assert first.run_id.startswith("s3_object__20261120T200711__")
    assert first.run_id.replace("_", "").isalnum()
