"""The operators of S3, Glue and Redshift as tasks of a DAG."""

from __future__ import annotations

from pathlib import Path

import pytest
from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor
from airflow.sdk import DAG
from airflow.serialization.serialized_objects import DagSerialization

from dagspec.catalog import catalog, example
from dagspec.loader import load_dags
from dagspec.runtime.glue import CrawlerOperator, JobOperator
from dagspec.runtime.redshift import StatementOperator

OPERATORS = ("s3.wait", "glue.job", "glue.crawler", "redshift.sql", "redshift.copy")


@pytest.fixture
def dag(repository: Path) -> DAG:
    """The examples of the catalogue, in one spec."""
    examples = "".join(example(catalog()[name]) for name in OPERATORS)
    indented = "".join(f"  {line}" for line in examples.splitlines(keepends=True))
    (repository / "dag_specs/examples.yaml").write_text("schedule: null\ntasks:\n" + indented)
    return load_dags(repository)["examples"]


def test_the_examples_are_tasks_that_wait_in_the_triggerer(dag: DAG) -> None:
    kinds = [type(task) for task in dag.tasks]
    assert kinds == [S3KeySensor, JobOperator, CrawlerOperator, StatementOperator, StatementOperator]
    assert all(task.deferrable for task in dag.tasks)
    assert DagSerialization.to_dict(dag)


def test_airflow_renders_what_may_hold_templates(dag: DAG) -> None:
    context = {"ds": "2024-01-31' OR 'x"}
    for task in dag.tasks:
        task.render_template_fields(context)
    wait, job, _, sql, copy = dag.tasks
    assert wait.bucket_key.startswith("s3://my-lake/raw/2024-01-31")
    assert job.script_args["--source"].startswith("s3://my-lake/raw/2024-01-31")
    assert sql.parameters == [{"name": "day", "value": context["ds"]}]
    assert "FROM 's3://my-lake/rides/2024-01-31'' OR ''x/'\n" in copy.sql[1]


def test_a_text_that_ends_like_a_file_is_no_file(repository: Path) -> None:
    task = "operator: redshift.sql, database: d, workgroup_name: w, sql: SELECT 1 AS a.sql"
    (repository / "dag_specs/text.yaml").write_text(f"schedule: null\ntasks: {{t: {{{task}}}}}\n")
    (found,) = load_dags(repository)["text"].tasks
    found.resolve_template_files()
    assert found.sql == "SELECT 1 AS a.sql"
