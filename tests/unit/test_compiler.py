"""What a sound spec compiles to."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagspec.compiler import Compiled, compile_spec
from dagspec.environment import load_environments
from dagspec.expressions import Resolver
from dagspec.kinds import parse_duration
from dagspec.lint import lint
from dagspec.problem import SpecError
from dagspec.source import read_text
from dagspec.specs import read_environment, read_environments, read_spec
from dagspec.text import report

ITUNES = "dag_specs/itunes_split.yaml"


def compiled(text: str, repository: Path, environment: str = "local") -> Compiled:
    values = read_environments(repository)[environment]
    return compile_spec(read_text(text, "dag_specs/pipeline.yaml"), values, repository)


@pytest.fixture
def itunes(root: Path) -> Compiled:
    return compile_spec(read_spec(root / ITUNES, root), read_environment(root, "local"), root)


def test_a_transient_cluster_is_a_group_of_create_wait_steps_and_terminate(itunes: Compiled) -> None:
    tasks = itunes.config["tasks"]
    assert list(tasks) == [
        "pull_and_store_itunes_data",
        "create_emr_cluster",
        "wait_for_emr_cluster",
        "add_transform_raw_itunes",
        "wait_for_transform_raw_itunes",
        "add_artists_split",
        "wait_for_artists_split",
        "add_collections_split",
        "wait_for_collections_split",
        "add_tracks_split",
        "wait_for_tracks_split",
        "terminate_emr_cluster",
    ]
    assert itunes.config["task_groups"]["emr_cluster"]["dependencies"] == ["pull_and_store_itunes_data"]
    assert itunes.config["teardowns"] == {"terminate_emr_cluster": ["create_emr_cluster"]}
    assert tasks["add_tracks_split"]["dependencies"] == ["wait_for_transform_raw_itunes"]
    assert tasks["terminate_emr_cluster"]["dependencies"] == [
        "create_emr_cluster",
        "wait_for_artists_split",
        "wait_for_collections_split",
        "wait_for_tracks_split",
    ]


def test_the_cluster_of_the_reference_pipeline(itunes: Compiled) -> None:
    request = itunes.config["tasks"]["create_emr_cluster"]["job_flow_overrides"]
    groups = {group["InstanceRole"]: group for group in request["Instances"]["InstanceGroups"]}
    assert (groups["MASTER"]["InstanceType"], groups["MASTER"]["InstanceCount"]) == ("m5.xlarge", 1)
    assert (groups["CORE"]["InstanceCount"], groups["CORE"]["Market"]) == (2, "SPOT")
    assert [app["Name"] for app in request["Applications"]] == ["Spark", "Hadoop"]
    assert (request["ServiceRole"], request["JobFlowRole"]) == ("EMR_DefaultRole", "EMR_EC2_DefaultRole")
    assert request["AutoTerminationPolicy"] == {"IdleTimeout": 3600}
    assert request["LogUri"] == "s3://local-lake/logs/emr"


def test_files_go_under_the_hash_of_their_content(repository: Path) -> None:
    spec = "tasks: {c: {operator: emr.transient_cluster, release_label: r, steps: {s: {spark_submit: job.py}}}}"
    (repository / "job.py").write_text("one")
    first = compiled(spec, repository).files
    (repository / "job.py").write_text("two")
    second = compiled(spec, repository).files
    assert list(first) != list(second)
    assert all(uri.startswith("s3://local-lake/code/") and uri.endswith("/job.py") for uri in [*first, *second])
    assert list(first.values()) == [(repository / "job.py").resolve()]


def test_an_s3_path_stays(repository: Path) -> None:
    spec = "tasks: {c: {operator: emr.transient_cluster, release_label: r, steps: {s: {spark_submit: s3://b/job.py}}}}"
    result = compiled(spec, repository)
    assert result.files == {}
    assert result.config["tasks"]["add_s"]["steps"][0]["HadoopJarStep"]["Args"] == ["spark-submit", "s3://b/job.py"]


STEPS = """
tasks:
  c:
    operator: emr.transient_cluster
    release_label: emr-7.9.0
    auto_terminate: {auto}
    idle_timeout: null
    job_flow_overrides: {{ManagedScalingPolicy: {{x: 1}}}}
    bootstrap_actions: [{{name: b, script: spark_jobs/itunes/split.py, arguments: [a]}}]
    steps:
      shell: {{script: spark_jobs/itunes/split.py, arguments: [one]}}
      copy: {{command: [aws, s3, cp, a, b], action_on_failure: TERMINATE_CLUSTER}}
"""


def test_kinds_of_steps_and_options_of_the_cluster(repository: Path) -> None:
    tasks = compiled(STEPS.format(auto="false"), repository).config["tasks"]
    shell, copy = tasks["add_shell"]["steps"][0], tasks["add_copy"]["steps"][0]
    request = tasks["create_c"]["job_flow_overrides"]
    assert shell["HadoopJarStep"]["Jar"].endswith("script-runner.jar")
    assert shell["HadoopJarStep"]["Args"][1:] == ["one"]
    assert copy["HadoopJarStep"] == {"Jar": "command-runner.jar", "Args": ["aws", "s3", "cp", "a", "b"]}
    assert copy["ActionOnFailure"] == "TERMINATE_CLUSTER"
    assert "AutoTerminationPolicy" not in request
    assert request["ManagedScalingPolicy"] == {"x": 1}
    assert request["BootstrapActions"][0]["ScriptBootstrapAction"]["Args"] == ["a"]
    assert request["Instances"]["KeepJobFlowAliveWhenNoSteps"] is True


def test_auto_terminate_hands_over_all_steps_at_once(repository: Path) -> None:
    tasks = compiled(STEPS.format(auto="true"), repository).config["tasks"]
    request = tasks["create_c"]["job_flow_overrides"]
    assert request["Instances"]["KeepJobFlowAliveWhenNoSteps"] is False
    assert [step["Name"] for step in request["Steps"]] == ["shell", "copy"]
    assert tasks["add_copy"]["already_submitted"] is True


def test_arguments_of_every_task_reach_the_tasks_of_a_group(root: Path, repository: Path) -> None:
    text = (root / "tests/specs/ok/every_key.yaml").read_text()
    values = read_environments(repository)["local"]
    config = compile_spec(read_text(text, "dag_specs/every_key.yaml"), values, repository).config
    group = config["task_groups"]["cluster"]
    assert group["default_args"] == {"retries": 1}
    assert group["tooltip"] == "What the cluster is for."
    assert config["tasks"]["create_cluster"]["trigger_rule"] == "none_failed"
    assert "trigger_rule" not in config["tasks"]["add_flat"]
    assert config["default_args"]["owner"] == "data"
    assert config["default_args"]["retry_delay"] == timedelta(seconds=90)
    assert config["start_date"] == datetime(2024, 1, 31, 6, tzinfo=ZoneInfo("Europe/Berlin"))
    assert config["dagrun_timeout"] == timedelta(hours=2, minutes=30)
    assert config["tasks"]["greet"]["bash_command"] == "echo ${HOME} {{ ds }}"


def test_a_group_inside_a_group_is_found_by_its_full_id(repository: Path) -> None:
    spec = """
task_groups: {outer: {}, inner: {parent_group_name: outer}}
tasks:
  c:
    operator: emr.transient_cluster
    task_group_name: inner
    release_label: r
    steps: {s: {command: [id]}}
"""
    config = compiled(spec, repository).config
    assert config["task_groups"]["c"]["parent_group_name"] == "inner"
    assert "'outer.inner.c.create_c'" in config["tasks"]["add_s"]["job_flow_id"]


def test_environments_and_their_operator_defaults_decide(root: Path) -> None:
    source = read_spec(root / ITUNES, root)
    prod = compile_spec(source, read_environment(root, "prod"), root).config["tasks"]
    assert prod["pull_and_store_itunes_data"]["destination"].startswith("s3://example-prod-lake/")
    assert prod["wait_for_emr_cluster"]["poke_interval"] == 30


def test_a_reference_alone_keeps_its_type(repository: Path) -> None:
    values = read_environments(repository)["local"]
    resolver = Resolver(read_text("a: 1", "x"), values, {"n": 3, "size": "${env.sizes}", "t": "n=${var.n}"})
    assert resolver.resolve(["${var.n}", "${var.size}", "${var.t}!", "${HOME} {{ x }}"], ()) == [
        3,
        [1, 2],
        "n=3!",
        "${HOME} {{ x }}",
    ]
    assert resolver.problems == []


def test_an_unknown_environment_names_those_there_are(root: Path) -> None:
    with pytest.raises(SpecError) as caught:
        read_environment(root, "prd")
    assert caught.value.problems[0].help == 'did you mean "prod"?'


@pytest.mark.parametrize("text", ["- a", "local: 5", "local: {operator_defaults: 3}", "", "a: ["])
def test_a_broken_environments_file_is_a_problem_with_its_place(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_environments(read_text(text, "environments.yaml"))
    assert caught.value.problems[0].span.line == 1


@given(st.integers(0, 9), st.integers(0, 99), st.integers(1, 99))
def test_durations_add_up(days: int, minutes: int, seconds: int) -> None:
    expected = timedelta(days=days, minutes=minutes, seconds=seconds)
    assert parse_duration(f"{days}d{minutes}m{seconds}s") == expected
    assert parse_duration(round(expected.total_seconds())) == expected


@given(text=st.text(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_as_a_spec_makes_the_compiler_fail(root: Path, text: str) -> None:
    environment = read_environment(root, "local")
    for shape in (text, f"tasks: {text}", f"tasks: {{a: {{operator: emr.transient_cluster, steps: {text}}}}}"):
        try:
            compile_spec(read_text(shape, "dag_specs/x.yaml"), environment, root)
        except SpecError as error:
            assert error.problems


@pytest.mark.parametrize("name", ["leak.yaml", "environments.yaml"])
def test_a_link_out_of_the_repository_is_not_read(
    name: str, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret"
    secret.write_text("password: hunter2")
    path = repository / "dag_specs" / name
    path.unlink(missing_ok=True)
    path.symlink_to(secret)
    found = report(lint(repository).problems)
    assert "link out of the repository" in found
    assert "hunter2" not in found
