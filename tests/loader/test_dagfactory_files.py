"""Files in dag-factory's own format, loaded by dagspec and by dag-factory itself."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.serialization.serialized_objects import DagSerialization

from dagspec.loader import load_dags
from dagspec.placeholder import TAG

# what both load; the other files of the corpus need what only dag-factory does
PLAIN = ("plain", "several", "lists", "groups", "requests")


@pytest.fixture
def corpus(root: Path, repository: Path) -> Path:
    """A repository that holds all files of the corpus."""
    for path in (root / "tests/corpus/dagfactory").glob("*.yaml"):
        shutil.copy(path, repository / "dag_specs")
    return repository


def stock(path: Path, empty: Path) -> dict[str, DAG]:
    """The DAGs that dag-factory makes of a file."""
    from dagfactory import load_yaml_dags

    found: dict[str, Any] = {}
    load_yaml_dags(globals_dict=found, config_filepath=str(path), defaults_config_path=str(empty))
    return {name: dag for name, dag in found.items() if isinstance(dag, DAG) and not name.startswith("x-")}


def shape(dag: DAG) -> dict[str, Any]:
    """What makes two DAGs the same: tasks, edges, and what the tasks are given."""
    keys = ("bash_command", "retries", "retry_delay", "execution_timeout", "trigger_rule", "owner", "start_date")
    more = (
        "dest_bucket_key",
        "source_bucket_key",
        "source_version_id",
        "acl_policy",
        "aws_conn_id",
        "endpoint",
    )
    return {
        "edges": {(task.task_id, down) for task in dag.tasks for down in task.downstream_task_ids},
        "types": {task.task_id: task.task_type for task in dag.tasks},
        "values": {task.task_id: {key: str(getattr(task, key, None)) for key in keys + more} for task in dag.tasks},
        "params": {task.task_id: dict(task.params) for task in dag.tasks},
        "dag": [str(getattr(dag, key)) for key in ("description", "catchup", "max_active_runs", "start_date")],
        "schedule": str(getattr(dag.timetable, "expression", type(dag.timetable))),
        "tags": dag.tags - {"dagfactory"},
        "native": dag.render_template_as_native_obj,
    }


@pytest.mark.parametrize("name", PLAIN)
def test_dagspec_and_dag_factory_make_the_same_dags(name: str, corpus: Path, tmp_path_factory: Any) -> None:
    theirs = stock(corpus / f"dag_specs/{name}.yaml", tmp_path_factory.mktemp("empty"))
    ours = load_dags(corpus)
    assert theirs
    for dag_id, dag in theirs.items():
        assert shape(ours[dag_id]) == shape(dag), dag_id


def test_what_only_dag_factory_loads_is_a_placeholder_that_says_why(corpus: Path) -> None:
    dags = load_dags(corpus)
    waiting = {name for name, dag in dags.items() if TAG in dag.tags}
    assert waiting == {
        "consume_assets_by_expression",
        "expressions_in_tags",
        "dataset_files",
        "own_timetable",
        "first_extended",
        "second_extended",
        "with_callbacks",
        "functions",
        "taskflow_functions",
        "own_operators",
        "pods",
        "timetables",
        "parameters",
    }
    text = dags["with_callbacks"].doc_md
    assert "is not loaded" in text
    assert "would run code while the DAG is loaded" in text
    for dag in dags.values():
        DagSerialization.serialize_dag(dag)


def test_a_file_for_airflow_2_is_loaded_with_what_airflow_3_has(corpus: Path) -> None:
    dag = load_dags(corpus)["old_orders"]
    assert {task.task_type for task in dag.tasks} == {"EmptyOperator", "BashOperator", "ExternalTaskSensor"}
    assert (dag.max_active_tasks, dag.max_active_runs, dag.timetable.expression) == (1, 1, "0 1 * * *")
    assert str(dag.timezone) == "Europe/Amsterdam"


def test_assets_reach_airflow(corpus: Path) -> None:
    dags = load_dags(corpus)
    assert dags["produce_assets"].get_task("orders").outlets[0].uri == "s3://lake/clean/orders"
    waits_for = dags["consume_assets"].timetable.asset_condition.objects
    assert [asset.uri for asset in waits_for] == ["s3://lake/clean/orders", "s3://lake/clean/returns"]


@contextmanager
def opened_in(folder: str) -> Iterator[set[str]]:
    """The names of the files that are opened below a folder meanwhile."""
    names: set[str] = set()
    watching = [True]

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event == "open" and folder in str(arguments[0]):
            names.add(Path(str(arguments[0])).name)

    sys.addaudithook(note)
    yield names
    watching.clear()


def wanted(dag_id: str, repository: Path) -> dict[str, DAG]:
    """What is loaded in a process that runs a task of one DAG."""
    with pytest.MonkeyPatch.context() as patch:  # Airflow's own context manager leaves the variable behind
        patch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", dag_id)
        return load_dags(repository)


@pytest.mark.parametrize("dag_id", ["demand", "nightly_orders", "functions"])
def test_a_task_process_finds_its_dag_in_a_file_of_another_name(dag_id: str, corpus: Path) -> None:
    assert list(wanted(dag_id, corpus)) == [dag_id]


def test_a_file_of_that_name_is_found_without_looking_into_others(corpus: Path) -> None:
    shutil.copy(corpus / "dag_specs/plain.yaml", corpus / "dag_specs/nightly_orders.yaml")
    with opened_in("dag_specs") as names:
        assert list(wanted("nightly_orders", corpus)) == ["nightly_orders"]
    assert names == {"nightly_orders.yaml", "environments.yaml"}


def test_a_name_of_a_file_that_is_no_dag_gives_none(corpus: Path) -> None:
    assert wanted("several", corpus) == {}


def test_the_docs_of_a_dag_hide_the_secrets_of_its_neighbours(repository: Path) -> None:
    bash = "operator: airflow.providers.standard.operators.bash.BashOperator, bash_command: ls"
    sound = f"sound: {{tasks: {{a: {{{bash}}}}}}}\n"
    other = f"other: {{tasks: {{a: {{{bash}, env: {{DB_PASSWORD: hunter2hunter}}}}}}}}\n"
    (repository / "dag_specs/both.yaml").write_text(sound + other)
    for dag in load_dags(repository).values():
        assert "DB_PASSWORD" in dag.doc_md
        assert "hunter2" not in dag.doc_md
