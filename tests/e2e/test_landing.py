"""Each object that lands has one run, whatever dies in between."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.e2e.emr import until
from tests.e2e.landing import BUCKET, Landing, open_landing

QUICKLY = 20


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landing]:
    with open_landing(tmp_path_factory.mktemp("landing")) as landing:
        landing.put("in/warm.csv")
        landing.wait_for("in/warm.csv")
        yield landing


def test_an_object_starts_a_run_within_seconds_with_its_key(landing: Landing) -> None:
    landing.put("in/a b+ü.csv")
    landing.wait_for("in/a b+ü.csv", limit_seconds=QUICKLY)


def test_a_file_that_is_dropped_into_the_folder_starts_a_run(landing: Landing) -> None:
    (landing.airflow.platform.paths.cloud_data / f"s3/{BUCKET}/in/dropped.csv").write_text("1,2")
    landing.wait_for("in/dropped.csv", limit_seconds=QUICKLY)


def test_objects_of_one_moment_start_a_run_each(landing: Landing) -> None:
    before = len(landing.runs())
    landing.put("in/left.csv")
    landing.put("in/right.csv")
    landing.wait_for("in/left.csv", "in/right.csv")
    landing.wait_until_empty()
    assert landing.reports().count("in/left.csv") == landing.reports().count("in/right.csv") == 1
    # Airflow may make a third run for an object that has got its run already: that one does nothing
    states = [landing.state_of("landed", run_id) for run_id in landing.runs()[before:]]
    assert states.count("success") == 2
    assert set(states) <= {"success", "skipped"}


def test_other_objects_start_nothing(landing: Landing) -> None:
    landing.put("in/notes.txt")
    landing.put("elsewhere/c.csv")
    landing.put("in/last.csv")
    landing.wait_for("in/last.csv")
    assert not {"in/notes.txt", "elsewhere/c.csv"} & set(landing.reports())


def test_one_run_at_a_time_does_not_get_stuck(landing: Landing) -> None:
    keys = [f"single/{number}.csv" for number in range(4)]
    for key in keys:
        landing.put(key)
    landing.wait_for(*keys, limit_seconds=90)
    assert [landing.reports().count(key) for key in keys] == [1, 1, 1, 1]


def test_a_message_that_comes_twice_starts_nothing(landing: Landing) -> None:
    url = landing.sqs.create_queue(QueueName="copies")["QueueUrl"]
    _also_tell(landing, url)
    landing.put("in/twice.csv")
    landing.wait_for("in/twice.csv")
    (copy,) = landing.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    before = landing.runs()
    landing.sqs.send_message(QueueUrl=landing.queue(), MessageBody=copy["Body"])
    landing.sqs.send_message(QueueUrl=landing.queue(), MessageBody="no notification")
    landing.wait_until_empty()
    landing.put("in/behind.csv")
    landing.wait_for("in/behind.csv")
    assert len(landing.runs()) == len(before) + 1
    assert landing.reports().count("in/twice.csv") == 1


def _also_tell(landing: Landing, url: str) -> None:
    arn = landing.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    found = landing.s3.get_bucket_notification_configuration(Bucket=BUCKET)["QueueConfigurations"]
    rules = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/twice"}]}}
    copies = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": rules}
    landing.s3.put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": [*found, copies]}
    )


def test_an_object_that_lands_while_airflow_is_down_has_its_run_later(landing: Landing) -> None:
    landing.kill("scheduler", "triggerer")
    landing.put("in/night.csv")
    assert "in/night.csv" not in landing.reports()
    landing.restart("scheduler", "triggerer")
    landing.wait_for("in/night.csv", limit_seconds=90)
    assert landing.reports().count("in/night.csv") == 1


def test_a_triggerer_that_dies_before_it_stores_an_event_loses_nothing(landing: Landing) -> None:
    with closing(sqlite3.connect(landing.airflow.platform.paths.database)) as database:
        database.execute("BEGIN IMMEDIATE")  # nobody else can store anything
        landing.put("in/dying.csv")
        until(lambda: landing.messages(in_flight=True))
        landing.kill("triggerer")
        database.rollback()
    landing.restart("triggerer")
    landing.wait_for("in/dying.csv", limit_seconds=90)
    landing.wait_until_empty()
    assert landing.reports().count("in/dying.csv") == 1


def test_a_run_by_hand_says_which_conf_it_needs(landing: Landing) -> None:
    run_id = landing.airflow.start("landing")
    assert landing.airflow.wait("landing", run_id) == "failed"
    (task,) = [one for one in landing.airflow.client.task_states("landing", run_id) if one.task_id == "landed"]
    log = "\n".join(landing.airflow.client.task_log("landing", run_id, task))
    assert 'pass a conf such as {"s3_object": "s3://bucket/key"}' in log
    assert landing.airflow.run("landing", {"s3_object": "s3://landing/in/by-hand.csv"}) == "success"
    assert "in/by-hand.csv" in landing.reports()
