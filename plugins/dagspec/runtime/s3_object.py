"""Which object a run is for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from airflow.sdk import Asset, BaseOperator, Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException, ErrorType
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import ErrorResponse, TriggerDagRun

from dagspec.runtime.s3_ledger import RunLedger
from dagspec.runtime.s3_messages import LandedObject

CONF_KEY = "s3_object"
HOW_TO = 'pass a conf such as {"s3_object": "s3://bucket/key"}'


class S3ObjectOperator(BaseOperator):
    """Return the run's object; start a run for each other object that waits for one.

    No provider has such an operator: Airflow hands all events that wait to one run.
    The object: that of the conf, else the first of this run's events that no run has taken, else `default`. A run whose
    objects have all been taken is skipped. Not more than one task of the DAG may run at a time.
    """

    template_fields: Sequence[str] = ("default",)

    def __init__(self, *, asset: str = "", default: str | None = None, **kwargs: Any) -> None:
        # only by its name: Airflow would take an inlet for the asset's definition, and that one has no watcher
        self.watched = [Asset.ref(name=asset)] if asset else []
        super().__init__(inlets=[*kwargs.pop("inlets", []), *self.watched], **kwargs)
        self.default = default

    def execute(self, context: Context) -> dict[str, Any]:
        """The object, with the fields of LandedObject."""
        run = context["dag_run"]
        if CONF_KEY in (run.conf or {}):
            return _given(run.conf[CONF_KEY])
        if run.consumed_asset_events:
            return self._landed(context)
        if self.default is None:
            raise AirflowFailException(f"No object has started this run: {HOW_TO}")
        return _given(self.default)

    def _landed(self, context: Context) -> dict[str, Any]:
        run = context["dag_run"]
        ledger = RunLedger(context["asset_state_store"][self.watched[0]])
        own = self._own(run.run_id, [_payload(event) for event in run.consumed_asset_events], ledger)
        for landed in ledger.waiting():
            run_id = run.run_id if landed == own else self._start(run.dag_id, landed)
            ledger.take(landed, run_id)
        if own is None:
            raise AirflowSkipException("Every object of this run has a run of its own already")
        ledger.take(own, run.run_id)
        return dict(msgspec.to_builtins(own))

    def _own(self, run_id: str, landed: list[LandedObject], ledger: RunLedger) -> LandedObject | None:
        """The object of an earlier try, else the first that waits."""
        taken = {one: ledger.taken_by(one) for one in landed}
        mine = [one for one in taken if taken[one] == run_id]
        return next(iter(mine or [one for one in taken if not taken[one]]), None)

    def _start(self, dag_id: str, landed: LandedObject) -> str:
        """Start the run of another object, unless an earlier try has; return its id."""
        # TriggerDagRunOperator sends this message as well, but ends its task with it: here there may be several
        message = TriggerDagRun(dag_id=dag_id, run_id=landed.run_id, conf={CONF_KEY: msgspec.to_builtins(landed)})
        answer = task_runner.SUPERVISOR_COMMS.send(message)
        if isinstance(answer, ErrorResponse) and answer.error != ErrorType.DAGRUN_ALREADY_EXISTS:
            raise AirflowException(f"Airflow does not start run {landed.run_id} for {landed.uri}: {answer.detail}")
        self.log.info("Run %s is for %s, which no run had taken", landed.run_id, landed.uri)
        return landed.run_id


def _payload(event: Any) -> LandedObject:
    return msgspec.convert((event.extra or {})["payload"], LandedObject)


def _given(value: Any) -> dict[str, Any]:
    """An object that a person or an earlier run has named: its path, or the fields of LandedObject."""
    if isinstance(value, str):
        bucket, _, key = value.removeprefix("s3://").partition("/")
        value = {"bucket": bucket, "key": key} if value.startswith("s3://") else None
    try:
        fields = {"uri": f"s3://{value['bucket']}/{value['key']}"} | value
        landed = msgspec.convert(fields, LandedObject)
    except (msgspec.ValidationError, TypeError, KeyError):
        raise AirflowFailException(f"{CONF_KEY} names no object: {HOW_TO}") from None
    if not landed.bucket or not landed.key:
        raise AirflowFailException(f"{CONF_KEY} names no object: {HOW_TO}")
    return dict(msgspec.to_builtins(landed))
