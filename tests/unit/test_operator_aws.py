"""What the operators of S3 and Glue compile to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dagspec.compiler import compile_spec
from dagspec.source import read_text
from dagspec.specs import read_environments


def compiled(task: str, repository: Path) -> dict[str, Any]:
    """The config of the one task `t`, whose options are given as the inside of a YAML flow mapping."""
    source = read_text(f"tasks: {{t: {{{task}}}}}", "dag_specs/pipeline.yaml")
    config: dict[str, Any] = compile_spec(source, read_environments(repository)["local"], repository).config
    return dict(config["tasks"]["t"])


# --- s3.wait


@pytest.mark.parametrize(
    ("option", "key", "is_pattern"),
    [
        ("key: s3://lake/a/done", "s3://lake/a/done", False),
        ("key: 's3://lake/a/*.csv'", "s3://lake/a/*.csv", True),
        ("key: 's3://lake/{{ 2 * 3 }}/done'", "s3://lake/{{ 2 * 3 }}/done", False),
        ("prefix: s3://lake/a", "s3://lake/a/*[!/]", True),
        ("prefix: 's3://lake/{{ params[\"x\"] }}/'", 's3://lake/{{ params["x"] }}/*[!/]', True),
        ("prefix: s3://lake", "s3://lake/*[!/]", True),
    ],
)
def test_wait_is_one_deferrable_sensor(option: str, key: str, is_pattern: bool, repository: Path) -> None:
    task = compiled(f"operator: s3.wait, timeout: 2h, poll_interval: 5s, {option}", repository)
    assert task["operator"] == "airflow.providers.amazon.aws.sensors.s3.S3KeySensor"
    assert (task["bucket_key"], task["wildcard_match"]) == (key, is_pattern)
    assert (task["deferrable"], task["timeout"], task["poke_interval"]) == (True, 7200, 5)


# --- glue.job

JOB = "operator: glue.job, role: glue, script: spark_jobs/itunes/split.py"


def test_a_run_gets_its_script_and_size_itself(repository: Path) -> None:
    task = compiled(JOB + ", worker_type: G.2X, workers: 5, timeout: 90m, poll_interval: 10s", repository)
    assert task["script_location"].startswith("s3://local-lake/code/")
    assert task["job_name"] == "pipeline.t"
    assert task["create_job_kwargs"]["Command"] == {
        "Name": "glueetl",
        "ScriptLocation": task["script_location"],
        "PythonVersion": "3",
    }
    assert task["run_job_kwargs"] == {"WorkerType": "G.2X", "NumberOfWorkers": 5, "Timeout": 90}
    assert task["waiter_delay"] * task["waiter_max_attempts"] > 90 * 60, "Glue must be the one to give up"


def test_arguments_become_texts_with_dashes(repository: Path) -> None:
    text = JOB + ", python_files: [spark_jobs/itunes/split.py], arguments: {a: 1, --b: true, c: '{{ ds }}', d: 0.5}"
    given = compiled(text, repository)["script_args"]
    modules = given.pop("--extra-py-files")
    assert modules.startswith("s3://local-lake/code/")
    assert modules.endswith("/split.py")
    assert given == {"--a": "1", "--b": "true", "--c": "{{ ds }}", "--d": "0.5"}


def test_a_python_shell_has_a_capacity_and_no_workers(repository: Path) -> None:
    task = compiled(JOB + ", kind: pythonshell, max_capacity: 1, connections: [vpc]", repository)
    assert task["num_of_dpus"] == 1
    assert task["run_job_kwargs"] == {"MaxCapacity": 1, "Timeout": 360}
    assert set(task["create_job_kwargs"]) == {"Command", "Timeout", "Connections"}
    assert task["create_job_kwargs"]["Connections"] == {"Connections": ["vpc"]}


def test_a_crawler_has_targets_and_a_limit(repository: Path) -> None:
    text = "operator: glue.crawler, database: lake, role: glue, targets: [s3://lake/a/], timeout: 1h, poll_interval: 60"
    task = compiled(text, repository)
    assert task["config"]["Targets"] == {"S3Targets": [{"Path": "s3://lake/a/"}]}
    assert (task["crawler_name"], task["poll_interval"], task["max_attempts"]) == ("pipeline.t", 60, 60)
