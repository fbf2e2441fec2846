"""Which object a run takes, and which runs it starts: one try of the task after the other."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException, ErrorType
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import ErrorResponse, OKResponse, TriggerDagRun

from dagspec.runtime.s3_messages import LandedObject
from dagspec.runtime.s3_object import S3ObjectOperator
from tests.loader.test_s3_ledger import DiedError, Store, landed, tell


@dataclass
class Airflow:
    """What a task sees of Airflow: an asset's store, and the runs there are."""

    store: Store = field(default_factory=Store)
    started: dict[str, dict[str, Any]] = field(default_factory=dict)
    refuses: bool = False

    def send(self, message: TriggerDagRun) -> Any:
        if self.refuses:
            return ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"message": "run type not allowed"})
        if message.run_id in self.started:
            return ErrorResponse(error=ErrorType.DAGRUN_ALREADY_EXISTS)
        self.started[message.run_id] = dict(message.conf or {})
        return OKResponse(ok=True)

    def run(self, run_id: str, *events: LandedObject, conf: Any = None, default: str | None = None) -> dict[str, Any]:
        """One try of the task in a run that these events have started."""
        task = S3ObjectOperator(task_id="landed", asset="a", default=default)
        consumed = [SimpleNamespace(extra={"payload": msgspec.to_builtins(one)}) for one in events]
        run = SimpleNamespace(
            dag_id="d", run_id=run_id, conf=conf, run_after=datetime.now(UTC), consumed_asset_events=consumed
        )
        return task.execute({"dag_run": run, "asset_state_store": {task.watched[0]: self.store}})  # type: ignore[typeddict-unknown-key]


@pytest.fixture
def airflow(monkeypatch: pytest.MonkeyPatch) -> Airflow:
    airflow = Airflow()
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", airflow, raising=False)
    return airflow


def key(result: dict[str, Any]) -> int:
    return int(result["key"])


def test_a_run_takes_its_first_object_and_starts_runs_for_the_others(airflow: Airflow) -> None:
    for number in range(3):
        tell(airflow.store, landed(number))
    assert key(airflow.run("r0", landed(0), landed(1))) == 0  # 2 came too late for Airflow
    assert sorted(airflow.started) == sorted([landed(1).run_id, landed(2).run_id])
    conf = airflow.started[landed(2).run_id]
    assert airflow.run(landed(2).run_id, conf=conf) == msgspec.to_builtins(landed(2))


def test_a_run_whose_objects_are_taken_is_skipped(airflow: Airflow) -> None:
    for number in range(2):
        tell(airflow.store, landed(number))
    airflow.run("r0", landed(0))
    with pytest.raises(AirflowSkipException):
        airflow.run("r1", landed(1))
    with pytest.raises(AirflowSkipException):
        airflow.run("r2", landed(0), landed(0))


@pytest.mark.parametrize("dies_at", range(8))
def test_a_retry_takes_the_same_object_and_starts_nothing_twice(airflow: Airflow, dies_at: int) -> None:
    for number in range(3):
        tell(airflow.store, landed(number))
    airflow.store.writes_left = dies_at
    with suppress(DiedError):
        airflow.run("r0", landed(0), landed(1))
    airflow.store.writes_left = -1
    assert key(airflow.run("r0", landed(0), landed(1))) == 0
    assert sorted(airflow.started) == sorted([landed(1).run_id, landed(2).run_id])
    # cleared much later, when there is more to take
    tell(airflow.store, landed(3))
    assert key(airflow.run("r0", landed(0), landed(1))) == 0


def test_a_retry_after_another_run_leaves_the_object_to_that_one(airflow: Airflow) -> None:
    tell(airflow.store, landed(0))
    tell(airflow.store, landed(1))
    airflow.store.writes_left = 0
    with pytest.raises(DiedError):
        airflow.run("r0", landed(0))
    airflow.store.writes_left = -1
    assert key(airflow.run("r1", landed(1))) == 1
    assert list(airflow.started) == [landed(0).run_id]
    with pytest.raises(AirflowSkipException):
        airflow.run("r0", landed(0))


def test_a_run_that_airflow_does_not_start_fails_the_task_and_is_tried_again(airflow: Airflow) -> None:
    tell(airflow.store, landed(0))
    tell(airflow.store, landed(1))
    airflow.refuses = True
    with pytest.raises(AirflowException, match=r"does not start run .* for s3://b/1.*run type not allowed"):
        airflow.run("r0", landed(0))
    airflow.refuses = False
    assert key(airflow.run("r0", landed(0))) == 0
    assert list(airflow.started) == [landed(1).run_id]


@pytest.mark.parametrize("conf", ["s3://b/in/x", {"bucket": "b", "key": "in/x"}])
def test_by_hand_an_object_is_named_in_the_conf(airflow: Airflow, conf: Any) -> None:
    found = airflow.run("manual", conf={"s3_object": conf}, default="s3://b/other")
    assert (found["bucket"], found["key"], found["uri"], found["size"]) == ("b", "in/x", "s3://b/in/x", 0)


def test_by_hand_without_a_conf_the_default_counts(airflow: Airflow) -> None:
    assert airflow.run("manual", default="s3://b/other")["key"] == "other"


@pytest.mark.parametrize(
    "conf", [None, "in/x", "s3://b", "s3://", {}, {"bucket": "b"}, {"key": 5, "bucket": "b"}, 7, []]
)
def test_anything_else_says_what_to_pass(airflow: Airflow, conf: Any) -> None:
    with pytest.raises(AirflowFailException, match=re.escape('pass a conf such as {"s3_object": "s3://bucket/key"}')):
        airflow.run("manual", conf={"s3_object": conf})
