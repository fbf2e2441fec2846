"""Specs as Airflow DAGs."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from airflow.sdk import DAG
from airflow.sdk.definitions.context import Context  # noqa: F401 - loads Airflow before the audit hook counts files
from airflow.serialization.serialized_objects import DagSerialization

from dagspec.compiler import compile_spec
from dagspec.edges import task_graph
from dagspec.loader import load_dags
from dagspec.placeholder import TAG
from dagspec.render import render
from dagspec.specs import read_environment, read_spec


@pytest.fixture(scope="module")
def itunes(root: Path) -> DAG:
    return load_dags(root)["itunes_split"]


def edges(dag: DAG) -> set[tuple[str, str]]:
    return {(task.task_id, down) for task in dag.tasks for down in task.downstream_task_ids}


def write(repository: Path, name: str, text: str) -> None:
    (repository / "dag_specs" / name).write_text(text)


def good(repository: Path, name: str = "good.yaml") -> None:
    write(repository, name, "tasks: {a: {operator: airflow.providers.standard.operators.empty.EmptyOperator}}\n")


def test_the_loader_file_is_a_few_lines_and_gives_the_dags(root: Path) -> None:
    path = root / "dags/load_specs.py"
    text = path.read_text()
    assert len(text.splitlines()) <= 10
    assert "dag" in text.lower()
    assert "airflow" in text.lower(), "Airflow's safe mode skips files that do not name it"
    assert isinstance(runpy.run_path(str(path))["itunes_split"], DAG)


def test_create_is_the_setup_and_terminate_its_teardown(itunes: DAG) -> None:
    create = itunes.get_task("emr_cluster.create_emr_cluster")
    terminate = itunes.get_task("emr_cluster.terminate_emr_cluster")
    assert create.is_setup
    assert terminate.is_teardown
    assert not terminate.on_failure_fail_dagrun, "it would be the only task that decides on the run's state"
    assert terminate.retries > 3
    assert terminate.trigger_rule == "all_done"
    assert create.task_id in terminate.upstream_task_ids
    assert {"emr_cluster.wait_for_artists_split", "emr_cluster.wait_for_tracks_split"} <= terminate.upstream_task_ids


def test_the_docs_show_the_spec_as_written(itunes: DAG, root: Path) -> None:
    assert (root / "dag_specs/itunes_split.yaml").read_text().rstrip() in itunes.doc_md
    assert "local-lake" not in itunes.doc_md, "no resolved value"


def test_dag_factory_sends_nothing_for_our_dags(itunes: DAG) -> None:
    from dagfactory.listeners.runtime_event import is_dagfactory_dag

    assert itunes.tags == {"music", "emr"}
    assert not is_dagfactory_dag(itunes)


def test_the_graph_command_shows_airflows_own_edges(itunes: DAG, root: Path, repository: Path) -> None:
    shutil.copy(root / "tests/specs/ok/every_key.yaml", repository / "dag_specs")
    every_key = load_dags(repository)["every_key"]
    for dag, place in ((itunes, root), (every_key, repository)):
        path = place / f"dag_specs/{dag.dag_id}.yaml"
        config = compile_spec(read_spec(path, place), read_environment(place, "local"), place).config
        ours = {(up, down) for up, down in task_graph(config).edges}
        airflows = {(up.rpartition(".")[2], down.rpartition(".")[2]) for up, down in edges(dag)}
        assert ours == airflows


def test_every_dag_key_reaches_airflow(root: Path, repository: Path) -> None:
    shutil.copy(root / "tests/specs/ok/every_key.yaml", repository / "dag_specs")
    dag = load_dags(repository)["every_key"]
    assert dag.dag_display_name == "Every key"
    assert dag.owner_links == {"data": "mailto:data@example.org"}
    assert (dag.max_active_runs, dag.max_active_tasks, dag.max_consecutive_failed_dag_runs) == (1, 4, 3)
    assert dag.dagrun_timeout == timedelta(hours=2, minutes=30)
    assert dag.is_paused_upon_creation is False
    assert {kind.value for kind in dag.allowed_run_types} == {"manual", "scheduled"}
    assert (dag.disable_bundle_versioning, dag.rerun_with_latest_version) == (True, True)
    assert dag.start_date == datetime(2024, 1, 31, 5, tzinfo=UTC)
    assert dag.params["size"] == 3
    assert dag.timetable.expression == "0 3 * * *"
    assert dag.get_task("ingest.inner.pull").retries == 5
    assert dag.get_task("cluster.add_copy").retries == 1
    assert dag.get_task("greet").retries == 2
    assert dag.get_task("ingest.inner.pull").outlets[0].uri == "s3://every/raw"
    assert dag.doc_md.startswith("Notes with a fence:")


@pytest.mark.parametrize("key", ["fail_fast: true", "schedule: ['s3://a/b']", "schedule: '@daily'", "catchup: true"])
def test_single_keys(key: str, repository: Path) -> None:
    good(repository)
    write(repository, "good.yaml", key + "\n" + (repository / "dag_specs/good.yaml").read_text())
    dag = load_dags(repository)["good"]
    assert TAG not in dag.tags
    DagSerialization.serialize_dag(dag)


def test_dags_and_placeholders_serialize(itunes: DAG, repository: Path) -> None:
    write(repository, "bad.yaml", "tasks: 5")
    for dag in (itunes, load_dags(repository)["bad"]):
        DagSerialization.serialize_dag(dag)


def test_a_broken_spec_tells_its_problem_and_the_others_load(repository: Path) -> None:
    good(repository)
    write(repository, "bad.yaml", "tasks:\n  pull: {operator: itunes.serch_to_s3}\n")
    dags = load_dags(repository)
    assert set(dags) == {"good", "bad"}
    assert dags["bad"].tags == {TAG}
    assert "dag_specs/bad.yaml:2:20: error[unknown-operator]" in dags["bad"].doc_md
    assert 'did you mean "itunes.search_to_s3"?' in dags["bad"].doc_md
    assert TAG not in dags["good"].tags


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("tasks:\n  a: {operator: airflow.providers.standard.operators.bash.BashOperator, bash_comand: id}\n", 2),
        ("tasks:\n  a: {operator: airflow.providers.nobody.Operator}\n", 2),
        ("tasks:\n  a: {operator: airflow.providers.amazon.aws.hooks.s3.S3Hook}\n", 2),
        (
            "schedule: 61 * * * *\ntasks:\n  a: {operator: airflow.providers.standard.operators.empty.EmptyOperator}\n",
            1,
        ),
    ],
)
def test_what_airflow_refuses_is_told_at_the_task(text: str, line: int, repository: Path) -> None:
    good(repository)
    write(repository, "bad.yaml", text)
    dags = load_dags(repository)
    assert f"dag_specs/bad.yaml:{line}:" in dags["bad"].doc_md
    assert re.search(r"error\[(airflow-refuses|unknown-key|unknown-operator)\]", dags["bad"].doc_md)
    assert TAG not in dags["good"].tags


def test_a_broken_environments_file_breaks_no_import(repository: Path) -> None:
    good(repository)
    write(repository, "environments.yaml", "local: [")
    assert "dag_specs/environments.yaml:1" in load_dags(repository)["good"].doc_md


def test_two_files_of_one_id_and_odd_file_names(repository: Path) -> None:
    good(repository)
    (repository / "dag_specs/team").mkdir()
    good(repository, "team/good.yaml")
    good(repository, "blank in name.yaml")
    dags = load_dags(repository)
    assert TAG not in dags["good"].tags
    assert "is also that of dag_specs/good.yaml" in dags["good__duplicate_2"].doc_md
    (odd,) = [dag for dag_id, dag in dags.items() if dag_id.startswith("blank_in_name__")]
    assert odd.tags == {TAG}
    assert all(dag.dag_id == dag_id for dag_id, dag in dags.items())


@contextmanager
def parsing_for(dag_id: str) -> Iterator[None]:
    from airflow.sdk.definitions._internal.dag_parsing_context import _airflow_parsing_context_manager

    before = dict(os.environ)
    try:
        with _airflow_parsing_context_manager(dag_id=dag_id, task_id="a"):
            yield
    finally:  # Airflow leaves the context in the environment
        os.environ.clear()
        os.environ.update(before)


def test_a_task_process_opens_the_file_of_its_own_dag_only(repository: Path) -> None:
    for name in ("good.yaml", "other.yaml", "third.yaml"):
        good(repository, name)
    opened: list[str] = []
    watching = [True]
    sys.addaudithook(lambda event, args: opened.append(str(args[0])) if watching and event == "open" else None)
    with parsing_for("good"):
        assert set(load_dags(repository)) == {"good"}
    watching.clear()
    assert {Path(path).name for path in opened if "dag_specs" in path} == {"good.yaml", "environments.yaml"}


def test_loading_hostile_specs_starts_no_process_and_opens_no_socket(repository: Path, root: Path) -> None:
    for path in (root / "tests/specs/err").glob("*.yaml"):
        shutil.copy(path, repository / "dag_specs")
    write(repository, "run.yaml", "tasks: {a: {operator: os.system, command: id}}")
    write(
        repository,
        "hook.yaml",
        "tasks: {a: {operator: airflow.providers.ssh.hooks.ssh.SSHHook, remote_host: localhost}}",
    )
    events: list[str] = []
    watching = [True]
    watched = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect", "socket.getaddrinfo")
    sys.addaudithook(lambda event, _args: events.append(event) if watching and event in watched else None)
    dags = load_dags(repository)
    watching.clear()
    assert events == []
    assert len(dags) > 20
    loaded = {dag_id for dag_id, dag in dags.items() if dag.tags != {TAG}}
    assert not loaded & {"run", "hook", "code-in-spec", "unknown-operator", "yaml-tag"}


def test_stock_dag_factory_loads_what_render_prints(itunes: DAG, root: Path, tmp_path: Path) -> None:
    from dagfactory import load_yaml_dags

    compiled = compile_spec(
        read_spec(root / "dag_specs/itunes_split.yaml", root), read_environment(root, "local"), root
    )
    path = tmp_path / "itunes.yaml"
    path.write_text(render(compiled))
    assert set(yaml.safe_load(path.read_text())) == {"itunes_split"}
    found: dict[str, object] = {}
    load_yaml_dags(globals_dict=found, config_filepath=str(path), defaults_config_path=str(tmp_path))
    stock = found["itunes_split"]
    assert isinstance(stock, DAG)
    assert edges(stock) == edges(itunes)
    assert {task.task_id: type(task) for task in stock.tasks} == {task.task_id: type(task) for task in itunes.tasks}


def test_the_loader_keeps_the_policy_with_lints_own_message(repository: Path) -> None:
    good(repository)
    write(repository, "policy.yaml", "rules: [{name: only ours, operators: ['emr.*']}]")
    dag = load_dags(repository)["good"]
    assert dag.tags == {TAG}
    assert "error[policy-violation] operator" in dag.doc_md
    assert 'rule "only ours"' in dag.doc_md
