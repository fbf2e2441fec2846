"""`emr.transient_cluster`: a cluster that lives for one run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from dagspec.facts import Facts
from dagspec.graph import Node, check_graph, leaves
from dagspec.kinds import Duration, NonEmpty, RepositoryFile, S3Uri, parse_duration
from dagspec.operators.emr.job_flow import InstanceGroup, cluster_name, job_flow
from dagspec.operators.emr.steps import Step, step_config
from dagspec.problem import Problem
from dagspec.shared import Config, Expansion, SharedOperator, Task
from dagspec.spec import Keys

RUNTIME = "dagspec.runtime.emr."
EMR_MAX_STEPS_AT_ONCE = 256
TERMINATE_RETRIES, TERMINATE_RETRY_DELAY = 6, timedelta(seconds=15)


class BootstrapAction(Keys, frozen=True):
    """A script that runs on every node before the first step."""

    name: NonEmpty
    script: RepositoryFile
    arguments: list[str] = []


class TransientCluster(SharedOperator, frozen=True):
    """An EMR cluster for this run alone: create, wait, run the steps, terminate whatever happens."""

    name: ClassVar[str] = "emr.transient_cluster"
    facts: ClassVar[Facts] = Facts(
        creates=("emr_cluster",),
        uses=("emr_cluster",),
        ends=("emr_cluster",),
        waits_for=("emr_step",),
        minutes=8,
        idle_limit="idle_timeout",
        ends_itself="auto_terminate",
        steps="steps",
    )

    release_label: Annotated[NonEmpty, Meta(description="EMR release, e.g. emr-7.9.0.")]
    steps: Annotated[dict[str, Step], Meta(min_length=1, description="What it does, by the step's name.")]
    applications: Annotated[tuple[NonEmpty, ...], Meta(description="Installed on it.")] = ("Spark",)
    primary: Annotated[InstanceGroup, Meta(description="The primary node.")] = InstanceGroup()
    core: Annotated[InstanceGroup | None, Meta(description="Nodes with storage.")] = None
    task: Annotated[InstanceGroup | None, Meta(description="Nodes without storage.")] = None
    service_role: Annotated[NonEmpty, Meta(description="Role of the EMR service.")] = "EMR_DefaultRole"
    job_flow_role: Annotated[NonEmpty, Meta(description="Instance profile of the nodes.")] = "EMR_EC2_DefaultRole"
    log_uri: Annotated[S3Uri | None, Meta(description="Where EMR keeps logs.")] = None
    tags: Annotated[dict[str, str], Meta(description="Tags of the cluster, for the bill.")] = {}
    configurations: Annotated[list[dict[str, Any]], Meta(description="EMR configuration objects.")] = []
    bootstrap_actions: Annotated[list[BootstrapAction], Meta(description="Run before the steps.")] = []
    step_concurrency: Annotated[
        int, Meta(ge=1, le=EMR_MAX_STEPS_AT_ONCE, description="Steps that may run at the same time.")
    ] = 1
    auto_terminate: Annotated[
        bool, Meta(description="Hand over all steps at once; EMR ends the cluster behind the last one.")
    ] = False
    idle_timeout: Annotated[
        Duration | None, Meta(description="EMR itself ends the cluster when it is idle this long (1m to 7d).")
    ] = "1h"
    subnet_id: NonEmpty | None = None
    key_name: Annotated[NonEmpty | None, Meta(description="EC2 key pair.")] = None
    security_configuration: NonEmpty | None = None
    job_flow_overrides: Annotated[
        dict[str, Any], Meta(description="Further RunJobFlow arguments; they win over all above.")
    ] = {}
    aws_conn_id: NonEmpty = "aws_default"
    emr_conn_id: Annotated[NonEmpty | None, Meta(description="Connection with RunJobFlow defaults.")] = "emr_default"
    region_name: NonEmpty | None = None
    start_timeout: Annotated[Duration, Meta(description="Longest wait until it is ready.")] = "30m"
    step_timeout: Annotated[Duration, Meta(description="Longest wait for a step.")] = "6h"
    poll_interval: Annotated[Duration, Meta(description="Pause between two looks at EMR.")] = "30s"

    def check(self, task: Task) -> Iterator[Problem]:
        """Steps that are no graph or no command; settings that EMR refuses."""
        nodes = self._nodes(task)
        yield from check_graph(nodes, task.source, f'the steps of "{task.id}"')
        for name, step in self.steps.items():
            yield from step.problems(task, name, self.step_concurrency)
        if self.idle_timeout is not None and not 60 <= parse_duration(self.idle_timeout).total_seconds() <= 604_800:
            message = '"idle_timeout" must be between 1m and 7d'
            yield Problem("wrong-type", message, task.place("idle_timeout"))
        if self.auto_terminate and self.step_concurrency > 1:
            message = "with auto_terminate the steps run in order, so step_concurrency must be 1"
            yield Problem("wrong-type", message, task.place("step_concurrency"))

    def expand(self, task: Task) -> Expansion:
        """create (setup) → wait → add and wait for each step → terminate (teardown)."""
        create, ready, end = f"create_{task.id}", f"wait_for_{task.id}", f"terminate_{task.id}"
        nodes = self._nodes(task)
        configs = {name: step_config(step, name, task) for name, step in self.steps.items()}
        tasks = {create: self._create(task, configs), ready: self._wait(task, [create])}
        for name, node in nodes.items():
            upstream = [f"wait_for_{other}" for other in node.dependencies] or [ready]
            tasks |= self._step(task, name, configs[name], upstream)
        tasks[end] = self._aws() | {
            "operator": RUNTIME + "TerminateClusterOperator",
            "cluster_name": cluster_name(task),
            "spec_task": task.id,
            # the run does not wait for a teardown's success, so it must try hard
            "retries": TERMINATE_RETRIES,
            "retry_delay": TERMINATE_RETRY_DELAY,
            "retry_exponential_backoff": 2,
            "dependencies": [create, *(f"wait_for_{name}" for name in leaves(nodes))],
        }
        group = {"tooltip": f"EMR cluster of {task.dag_id}"}
        return Expansion(tasks, group, {end: [create]}, {create: {"return_value": "text"}} | _step_outputs(nodes))

    def _nodes(self, task: Task) -> dict[str, Node]:
        return {name: Node((*task.path, "steps", name), tuple(step.dependencies)) for name, step in self.steps.items()}

    def _create(self, task: Task, steps: dict[str, Config]) -> Config:
        overrides = job_flow(self, task)
        if self.auto_terminate:
            overrides["Steps"] = list(steps.values())
        return self._aws() | {
            "operator": RUNTIME + "CreateClusterOperator",
            "spec_task": task.id,
            "emr_conn_id": self.emr_conn_id,
            "job_flow_overrides": overrides | self.job_flow_overrides,
        }

    def _wait(self, task: Task, upstream: list[str]) -> Config:
        return (
            self._aws()
            | {
                "operator": RUNTIME + "ClusterReadySensor",
                "job_flow_id": self._cluster(task),
                "deferrable": True,
                "dependencies": upstream,
            }
            | self._polling(self.start_timeout)
        )

    def _step(self, task: Task, name: str, config: Config, upstream: list[str]) -> dict[str, Config]:
        add, wait = f"add_{name}", f"wait_for_{name}"
        adding = self._aws() | {
            "operator": RUNTIME + "AddStepOperator",
            "job_flow_id": self._cluster(task),
            "steps": [config],
            "already_submitted": self.auto_terminate,
            "dependencies": upstream,
        }
        waiting = (
            self._aws()
            | {
                "operator": RUNTIME + "StepSensor",
                "job_flow_id": self._cluster(task),
                "step_id": f"{{{{ ti.xcom_pull(task_ids='{task.group_id}.{add}')[0] }}}}",
                "deferrable": True,
                "dependencies": [add],
            }
            | self._polling(self.steps[name].timeout or self.step_timeout)
        )
        return {add: adding, wait: waiting}

    def _cluster(self, task: Task) -> str:
        return f"{{{{ ti.xcom_pull(task_ids='{task.group_id}.create_{task.id}') }}}}"

    def _polling(self, timeout: str | int) -> Config:
        interval = max(1, round(parse_duration(self.poll_interval).total_seconds()))
        return {
            "poke_interval": interval,
            "max_attempts": max(1, round(parse_duration(timeout).total_seconds() / interval)),
        }

    def _aws(self) -> Config:
        region = {"region_name": self.region_name} if self.region_name else {}
        return {"aws_conn_id": self.aws_conn_id} | region


def _step_outputs(steps: Iterable[str]) -> dict[str, dict[str, str]]:
    return {f"add_{name}": {"return_value": "list"} for name in steps}
