"""Clusters on disk: one JSON file each, written in one step, read when the local cloud starts again."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from localcloud.emr.model import LocalCluster, LocalStep, as_request, plain

log = logging.getLogger(__name__)
_CLUSTER_TIMES = ("creation_datetime", "start_datetime", "ready_datetime", "end_datetime")
_STEP_TIMES = ("creation_date_time", "start_date_time", "end_date_time")
_CLUSTER_FIELDS = (
    "state",
    "reason",
    "idle_timeout",
    "termination_protected",
    "keep_job_flow_alive_when_no_steps",
    "step_concurrency_level",
    "visible_to_all_users",
)
_STEP_FIELDS = ("id", "state", "reason", "failure")


def save(folder: Path, cluster: LocalCluster) -> None:
    """Write a cluster with its steps; the caller holds `cluster.changed`."""
    record = {
        "id": cluster.id,
        "region": cluster.emr_backend.region_name,
        "definition": cluster.definition,
        "tags": {tag["Key"]: tag["Value"] for tag in cluster.tags},
        **{name: getattr(cluster, name) for name in _CLUSTER_FIELDS},
        **_times(cluster, _CLUSTER_TIMES),
        "steps": [_step_record(step) for step in cluster.steps],
    }
    file = folder / f"{cluster.id}.json"
    upload = file.with_suffix(f".{os.getpid()}.tmp")
    upload.write_text(json.dumps(record, indent=1), encoding="utf-8")
    upload.replace(file)


def read_all(folder: Path) -> Iterator[dict[str, Any]]:
    """The records of all clusters; an unreadable one is left where it is, with a warning."""
    for file in sorted(folder.glob("j-*.json")):
        try:
            yield json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            log.warning("%s is not a cluster's record and is left out: %s", file, error)


def restore(cluster: LocalCluster, record: dict[str, Any]) -> None:
    """Give a cluster that was made anew from its definition the state that it had."""
    for name in _CLUSTER_FIELDS:
        setattr(cluster, name, record[name])
    _restore_times(cluster, record, _CLUSTER_TIMES)
    cluster.add_tags(record["tags"])
    cluster.steps = [_restore_step(step) for step in record["steps"]]


def _step_record(step: LocalStep) -> dict[str, Any]:
    request = {
        "name": step.name,
        "action_on_failure": step.action_on_failure,
        "hadoop_jar_step": plain(step.hadoop_jar_step),
    }
    fields = {name: getattr(step, name) for name in _STEP_FIELDS}
    return {"request": request, **fields, **_times(step, _STEP_TIMES)}


def _restore_step(record: dict[str, Any]) -> LocalStep:
    step = LocalStep(state=record["state"], **as_request(record["request"]))
    for name in _STEP_FIELDS:
        setattr(step, name, record[name])
    _restore_times(step, record, _STEP_TIMES)
    return step


def _times(owner: object, names: tuple[str, ...]) -> dict[str, str | None]:
    times = {name: getattr(owner, name) for name in names}
    return {name: time.isoformat() if time else None for name, time in times.items()}


def _restore_times(owner: object, record: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        text = record[name]
        setattr(owner, name, datetime.fromisoformat(text) if text else None)
