"""moto's cluster and step, with the life taken out (`runner` lives it) and the reasons put in."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from moto.core.parse import XFormedDict
from moto.core.utils import utcnow
from moto.emr import models

OPEN_STATES = ("STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING")
ENDED_STATES = ("TERMINATED", "TERMINATED_WITH_ERRORS")


class LocalStep(models.Step):
    """A step that waits for its turn; `PENDING` until the cluster's runner starts it."""

    failure: dict[str, str] | None = None
    reason: str | None = None

    @property
    def status(self) -> dict[str, Any]:
        """What DescribeStep shows as Status."""
        status: dict[str, Any] = super().status
        status["StateChangeReason"] = {"Message": self.reason} if self.reason else {}
        if self.failure:
            status["FailureDetails"] = self.failure
        return status

    def start(self) -> None:
        """Note the start; moto's cluster calls this on its first step too early."""
        if self.state == "RUNNING":
            super().start()

    def begin(self) -> None:
        """The step runs from now on."""
        self.state = "RUNNING"
        self.start()

    def end(self, state: str, reason: str | None = None, failure: dict[str, str] | None = None) -> None:
        """The step has ended in a final state."""
        self.reason, self.failure = reason, failure
        self.end_date_time = utcnow()
        self.state = state


class LocalCluster(models.Cluster):
    """A cluster whose state is changed by its runner only. `changed` guards it and its steps."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.reason: dict[str, str] = {}
        self.definition: dict[str, Any] = {"applications": [], "instance_groups": []}
        self.idle_timeout: int | None = None
        super().__init__(*args, **kwargs)

    @property
    def status(self) -> dict[str, Any]:
        """What DescribeCluster shows as Status."""
        return {**super().status, "StateChangeReason": self.reason}

    @property
    def is_open(self) -> bool:
        """Whether the cluster takes steps."""
        return self.state in OPEN_STATES

    def run_bootstrap_actions(self) -> None:
        """Nothing: the runner runs them."""

    def add_steps(self, steps: list[Mapping[str, Any]]) -> list[models.Step]:
        """Queue steps."""
        added = [LocalStep(state="PENDING", **step) for step in steps]
        self.steps.extend(added)
        return added

    def enter(self, state: str, code: str = "", message: str = "") -> None:
        """Change the state and say why."""
        self.state = state
        self.reason = {"Code": code, "Message": message} if code else {"Message": message} if message else {}
        if state in ENDED_STATES:
            self.end_datetime = utcnow()
            for group in self.instance_groups:
                group.state = "TERMINATED"
                group.end_date_time = self.end_datetime

    def cancel_pending(self, reason: str) -> None:
        """Cancel all steps that have not started."""
        for step in self.steps:
            if step.state == "PENDING":
                step.end("CANCELLED", reason)


def plain(value: Any) -> Any:
    """Request values of moto as JSON values."""
    if isinstance(value, XFormedDict):
        value = value.original_dict()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def as_request(value: Any) -> Any:
    """JSON values as moto's requests have them (the inverse of `plain`)."""
    if isinstance(value, dict):
        return XFormedDict({key: as_request(item) for key, item in value.items()})
    if isinstance(value, list):
        return [as_request(item) for item in value]
    return value
