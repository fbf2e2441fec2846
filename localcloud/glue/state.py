"""Glue on disk: one JSON file for a region's jobs, crawlers and Data Catalog, one for each run."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from moto.glue import models

from localcloud.glue.model import LocalJobRun

log = logging.getLogger(__name__)
_WRITING = threading.Lock()
_SERVER_STOPPED = "The local cloud stopped while the job was running"
_RUN_FIELDS = (
    *("job_name", "job_run_id", "previous_run_id", "attempt", "status", "error", "log_group", "glue_version"),
    *("arguments", "timeout", "max_capacity", "allocated_capacity", "worker_type", "number_of_workers"),
    *("notification_property", "security_configuration", "started_on", "modified_on", "completed_on"),
)
_CRAWLER_FIELDS = (
    *("name", "role", "database_name", "description", "targets", "schedule", "classifiers", "table_prefix"),
    *("schema_change_policy", "recrawl_policy", "lineage_configuration", "configuration"),
    *("crawler_security_configuration",),
)


def regions(folder: Path) -> list[str]:
    """The regions that have a state."""
    return sorted(file.stem for file in _home(folder).glob("*.json"))


def save(backend: models.GlueBackend, folder: Path) -> None:
    """Write a region's definitions and catalogue."""
    record = {
        "jobs": [{"definition": job.definition, "created_on": job.created_on} for job in backend.jobs.values()],
        "crawlers": [{name: getattr(one, name) for name in _CRAWLER_FIELDS} for one in backend.crawlers.values()],
        "databases": [_database_record(database) for database in backend.databases.values()],
        "tags": backend.tagger.tags,
    }
    _write(_home(folder) / f"{backend.region_name}.json", record)


def save_run(folder: Path, region: str, run: LocalJobRun) -> None:
    """Write one run."""
    record = {"region": region, **{name: getattr(run, name) for name in _RUN_FIELDS}}
    _write(_home(folder) / "runs" / f"{run.job_run_id}.json", record)


def forget_run(folder: Path, run: LocalJobRun) -> None:
    """The run's job is gone."""
    (_home(folder) / "runs" / f"{run.job_run_id}.json").unlink(missing_ok=True)


def restore(backend: models.GlueBackend, folder: Path) -> None:
    """Give a new backend the state that its region had."""
    for record in _read(_home(folder).glob(f"{backend.region_name}.json")):
        for job in record["jobs"]:
            backend.create_job(**job["definition"])
            backend.jobs[job["definition"]["name"]].created_on = _time(job["created_on"])
        for crawler in record["crawlers"]:
            backend.create_crawler(**crawler, tags={})
        for database in record["databases"]:
            _restore_database(backend, database)
        backend.tagger.tags.update(record["tags"])
    for record in _read((_home(folder) / "runs").glob("jr_*.json")):
        if record["region"] == backend.region_name and record["job_name"] in backend.jobs:
            backend.jobs[record["job_name"]].job_runs.append(_restored_run(record))
    for job in backend.jobs.values():
        job.job_runs.sort(key=lambda run: run.started_on)


def _restored_run(record: dict[str, Any]) -> LocalJobRun:
    run = LocalJobRun(record["job_name"])
    for name in _RUN_FIELDS:
        setattr(run, name, _time(record[name]) if name.endswith("_on") else record[name])
    if run.is_active:
        run.enter("FAILED", _SERVER_STOPPED)
    return run


def _database_record(database: models.FakeDatabase) -> dict[str, Any]:
    return {
        "name": database.name,
        "input": database.input,
        "created_time": database.created_time,
        "tables": [_table_record(table) for table in database.tables.values()],
    }


def _table_record(table: models.FakeTable) -> dict[str, Any]:
    return {
        "name": table.name,
        "created_time": table.created_time,
        "updated_time": table.updated_time,
        "current": table._current_version,
        "versions": table.versions,
        "partitions": [partition.partition_input for partition in table.partitions.values()],
    }


def _restore_database(backend: models.GlueBackend, record: dict[str, Any]) -> None:
    database = backend.create_database(record["name"], record["input"])
    database.created_time = _time(record["created_time"])
    for saved in record["tables"]:
        table = backend.create_table(record["name"], saved["name"], {})
        table.versions, table._current_version = saved["versions"], saved["current"]
        table.created_time, table.updated_time = _time(saved["created_time"]), _time(saved["updated_time"])
        for partition in saved["partitions"]:
            table.create_partition(partition)


def _home(folder: Path) -> Path:
    return folder / "glue"


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _read(files: Iterator[Path]) -> Iterator[dict[str, Any]]:
    for file in sorted(files):
        try:
            yield json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            log.warning("%s is not a state of Glue and is left out: %s", file, error)


def _write(file: Path, record: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    upload = file.with_suffix(f".{os.getpid()}.tmp")
    with _WRITING:
        upload.write_text(json.dumps(record, indent=1, default=datetime.isoformat), encoding="utf-8")
        upload.replace(file)
