"""moto's EMR backend with clusters that live: each has a runner, each survives a restart."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, ClassVar

from moto.emr import models
from moto.emr.exceptions import InvalidCluster, InvalidRequestException, ValidationException

from localcloud.emr import state
from localcloud.emr.model import LocalCluster, LocalStep, as_request, plain
from localcloud.emr.runner import ClusterRunner
from localcloud.layout import ACCOUNT
from localcloud.services import Services

log = logging.getLogger(__name__)
_SERVER_STOPPED = "The local cloud stopped while the step was running"


class _Clusters(dict[str, LocalCluster]):
    """moto looks clusters up by their id; an unknown id is the caller's error, not ours."""

    def __missing__(self, cluster_id: str) -> LocalCluster:
        raise InvalidCluster(cluster_id)


class LocalEmrBackend(models.ElasticMapReduceBackend):
    """One region's EMR."""

    services: ClassVar[Services]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.clusters = _Clusters()
        self.runners: dict[str, ClusterRunner] = {}
        if account_id == ACCOUNT:
            self._restore()

    @property
    def _url_module(self) -> Any:
        from localcloud.emr import urls

        return urls

    def run_job_flow(self, **kwargs: Any) -> LocalCluster:
        """Make a cluster; `launch` starts it once the rest of the request is applied."""
        definition = plain({**kwargs, "steps": []})
        cluster: LocalCluster = super().run_job_flow(**kwargs)
        cluster.definition["run_job_flow"] = definition
        return cluster

    def launch(self, cluster_id: str, idle_timeout: int | None) -> None:
        """Start the life of a cluster."""
        cluster = self.clusters[cluster_id]
        cluster.idle_timeout = idle_timeout
        self._save(cluster)
        self._start_runner(cluster)

    def add_applications(self, cluster_id: str, applications: list[Any]) -> None:
        """Note the applications (Spark is here, the others are only listed)."""
        noted = plain(applications)
        self.clusters[cluster_id].definition["applications"] += noted
        super().add_applications(cluster_id, as_request(noted))  # moto's own default is in another form

    def add_instance_groups(self, cluster_id: str, instance_groups: list[Any]) -> list[models.InstanceGroup]:
        """Note the instance groups; nothing is started for them."""
        groups: list[models.InstanceGroup] = super().add_instance_groups(cluster_id, instance_groups)
        requests = zip(plain(instance_groups), groups, strict=True)
        noted = [{**request, "InstanceGroupId": group.id} for request, group in requests]
        self.clusters[cluster_id].definition["instance_groups"] += noted
        return groups

    def add_job_flow_steps(self, job_flow_id: str, steps: list[Mapping[str, Any]]) -> list[models.Step]:
        """Queue steps on an open cluster."""
        cluster = self.clusters[job_flow_id]
        with cluster.changed:
            if not cluster.is_open:
                raise ValidationException(
                    "A job flow that is shutting down, terminated, or finished may not be modified."
                )
            added = cluster.add_steps(steps)
            self.runners[cluster.id].wake()
        return added

    def describe_step(self, cluster_id: str, step_id: str) -> models.Step:
        """One step of a cluster."""
        step = super().describe_step(cluster_id, step_id)
        if step is None:
            raise InvalidRequestException(f"Step id '{step_id}' is not valid.")
        return step

    def list_clusters(self, *args: Any, **kwargs: Any) -> list[LocalCluster]:
        """Clusters, the newest first."""
        found = super().list_clusters(*args, **kwargs)
        return sorted(found, key=lambda cluster: cluster.creation_datetime, reverse=True)

    def cancel_steps(self, cluster_id: str, step_ids: list[str]) -> list[dict[str, str]]:
        """Cancel steps that wait or run; what came of it, step by step."""
        runner = self._runner(cluster_id)
        steps = [self.describe_step(cluster_id, step_id) for step_id in step_ids]
        return [_cancel(runner, step) for step in steps]

    def terminate_job_flows(self, job_flow_ids: list[str]) -> list[LocalCluster]:
        """End clusters; none ends if one is protected."""
        clusters = [self.clusters[cluster_id] for cluster_id in job_flow_ids]
        if any(cluster.termination_protected and cluster.is_open for cluster in clusters):
            raise ValidationException("Could not shut down one or more job flows since they are termination protected.")
        for cluster in clusters:
            if cluster.is_open:
                self._runner(cluster.id).terminate("TERMINATED", "USER_REQUEST", "Terminated by user request")
        return clusters

    def modify_cluster(self, cluster_id: str, step_concurrency_level: int) -> LocalCluster:
        """Change how many steps run at once."""
        cluster: LocalCluster = super().modify_cluster(cluster_id, step_concurrency_level)
        self._changed(cluster_id)
        return cluster

    def set_idle_timeout(self, cluster_id: str, seconds: int | None) -> None:
        """Set or remove the auto-termination policy."""
        self.clusters[cluster_id].idle_timeout = seconds
        self._changed(cluster_id)

    def add_tags(self, cluster_id: str, tags: dict[str, str]) -> None:
        """Tag a cluster."""
        super().add_tags(cluster_id, tags)
        self._changed(cluster_id)

    def remove_tags(self, cluster_id: str, tag_keys: list[str]) -> None:
        """Remove tags of a cluster."""
        super().remove_tags(cluster_id, tag_keys)
        self._changed(cluster_id)

    def set_termination_protection(self, job_flow_ids: list[str], value: bool) -> None:
        """Protect clusters from TerminateJobFlows, or lift that."""
        super().set_termination_protection(job_flow_ids, value)
        for cluster_id in job_flow_ids:
            self._changed(cluster_id)

    def close(self) -> None:
        """Kill what runs; the state on disk stays as it is."""
        for runner in self.runners.values():
            runner.close()

    def _runner(self, cluster_id: str) -> ClusterRunner:
        return self.runners[self.clusters[cluster_id].id]

    def _changed(self, cluster_id: str) -> None:
        if cluster_id in self.runners:  # not yet, while RunJobFlow is at work
            self.runners[cluster_id].wake()

    def _save(self, cluster: LocalCluster) -> None:
        with cluster.changed:
            state.save(self.services.layout.state, cluster)

    def _start_runner(self, cluster: LocalCluster) -> ClusterRunner:
        runner = ClusterRunner(cluster, self.services, self._save)
        self.runners[cluster.id] = runner
        _fail_lost_steps(cluster, runner)
        runner.start()
        return runner

    def _restore(self) -> None:
        for record in state.read_all(self.services.layout.state):
            if record["region"] == self.region_name:
                self._restore_cluster(record)

    def _restore_cluster(self, record: dict[str, Any]) -> None:
        definition = record["definition"]
        arguments = definition["run_job_flow"]
        request = {name: as_request(value) for name, value in arguments.items()}
        # the groups that these two make are among the noted ones
        no_groups = {"master_instance_type": None, "slave_instance_type": None}
        request["instance_attrs"] = {**arguments["instance_attrs"], **no_groups}
        cluster: LocalCluster = super().run_job_flow(**request, cluster_id=record["id"])
        super().add_applications(cluster.id, as_request(definition["applications"]))
        super().add_instance_groups(cluster.id, as_request(definition["instance_groups"]))
        cluster.definition = definition
        state.restore(cluster, record)
        if cluster.state == "TERMINATING":
            cluster.cancel_pending("The cluster was terminated")
            cluster.enter("TERMINATED", "USER_REQUEST", "Terminated by user request")
        runner = ClusterRunner(cluster, self.services, self._save)
        self.runners[cluster.id] = runner
        if cluster.is_open:
            runner = self._start_runner(cluster)


def _fail_lost_steps(cluster: LocalCluster, runner: ClusterRunner) -> None:
    for step in [step for step in cluster.steps if step.state in ("RUNNING", "CANCEL_PENDING")]:
        failure = {"Reason": _SERVER_STOPPED, "Message": _SERVER_STOPPED}
        step.end("FAILED", _SERVER_STOPPED, failure)
        runner.step_failed(step)


def _cancel(runner: ClusterRunner, step: models.Step) -> dict[str, str]:
    assert isinstance(step, LocalStep)  # noqa: S101 - `register` makes moto use it
    if runner.steps.cancel(step, "Cancelled by user"):
        return {"StepId": step.id, "Status": "SUBMITTED"}
    return {"StepId": step.id, "Status": "FAILED", "Reason": f"The step is {step.state}."}


def register(services: Services) -> None:
    """Make moto use these classes; before the first request."""
    LocalEmrBackend.services = services
    models.Cluster = LocalCluster
    models.Step = LocalStep
    models.emr_backends.backend = LocalEmrBackend


def resume(services: Services) -> None:
    """Bring back the clusters of every region that has some."""
    for region in {record["region"] for record in state.read_all(services.layout.state)}:
        models.emr_backends[ACCOUNT][region]


def running_jobs() -> list[dict[str, Any]]:
    """The steps whose programs run now, with their process ids."""
    return [job for backend in _backends() for runner in backend.runners.values() for job in runner.steps.running()]


def close() -> None:
    """Kill the programs of all steps; the state on disk stays as it is."""
    for backend in _backends():
        backend.close()


def _backends() -> list[LocalEmrBackend]:
    return list(models.emr_backends[ACCOUNT].values())
