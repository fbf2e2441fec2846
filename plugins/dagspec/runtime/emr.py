"""EMR operators that are safe to retry: a cluster and its steps are found again by what they carry."""

from __future__ import annotations

from typing import Any

from airflow.providers.amazon.aws.hooks.emr import EmrHook
from airflow.providers.amazon.aws.operators.base_aws import AwsBaseOperator
from airflow.providers.amazon.aws.operators.emr import EmrAddStepsOperator, EmrCreateJobFlowOperator
from airflow.providers.amazon.aws.sensors.emr import EmrJobFlowSensor, EmrStepSensor
from airflow.providers.amazon.aws.triggers.emr import EmrCreateJobFlowTrigger
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from dagspec.runtime.emr_run import active_clusters, run_tags, step_by_name

READY = ("RUNNING", "WAITING")
GONE = ("TERMINATING", "TERMINATED", "TERMINATED_WITH_ERRORS")
STEP_FAILED = ("CANCEL_PENDING", "CANCELLED", "FAILED", "INTERRUPTED")


class CreateClusterOperator(EmrCreateJobFlowOperator):
    """Start the cluster of this run, or adopt the one that an earlier try started.

    The provider's operator starts another one on each try, and nothing ends the first.
    Returns the cluster's id at once; waiting is another task, so that a retried wait starts nothing.
    """

    template_ext = ()  # ".json" would have Airflow look for a template file of that name

    def __init__(self, *, spec_task: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.spec_task = spec_task
        self.job_flow_overrides: dict[str, Any]

    def execute(self, context: Context) -> str | None:
        """Adopt or create; the cluster's id is the XCom."""
        tags = run_tags(context, self.spec_task)
        overrides: dict[str, Any] = dict(self.job_flow_overrides)
        found = active_clusters(self.hook.conn, overrides["Name"], tags)
        if found:
            self.log.info("Adopting cluster %s, which an earlier try of this run started", found[0])
            return found[0]
        own = [{"Key": key, "Value": value} for key, value in tags.items()]
        self.job_flow_overrides = overrides | {"Tags": [*overrides.get("Tags", []), *own]}
        return super().execute(context)


class ClusterReadySensor(EmrJobFlowSensor):
    """Wait, without holding a worker, until the cluster takes steps.

    The provider's sensor, once deferred, waits until the cluster has ended.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(target_states=READY, failed_states=GONE, **kwargs)

    def execute(self, context: Context) -> None:
        """Defer to the triggerer unless the cluster is ready; the provider's own sensor defers until it has ended."""
        if self.poke(context):
            return
        trigger = EmrCreateJobFlowTrigger(
            job_flow_id=self.job_flow_id,
            waiter_delay=int(self.poke_interval),
            waiter_max_attempts=self.max_attempts,
            aws_conn_id=self.aws_conn_id,
            region_name=self.region_name,
        )
        self.defer(trigger=trigger, method_name="execute_complete")

    def execute_complete(self, context: Context, event: dict[str, Any] | None = None) -> None:
        """Look once more: what EMR says now counts, not the event."""
        if not self.poke(context):
            raise AirflowException(f"Cluster {self.job_flow_id} is not ready: {(event or {}).get('message')}")

    def poke(self, context: Context) -> bool:
        """Whether it is ready. A cluster that is gone never will be: no retry."""
        try:
            return bool(super().poke(context))
        except AirflowException as error:
            raise AirflowFailException(f"Cluster {self.job_flow_id} ended before it was ready: {error}") from None


class AddStepOperator(EmrAddStepsOperator):
    """Submit one step, or adopt the one of that name which an earlier try submitted.

    The provider's operator submits it again on each try, and the step runs twice.
    already_submitted: the step came with the cluster itself (auto_terminate); only find it.
    """

    template_ext = ()

    def __init__(self, *, already_submitted: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.already_submitted = already_submitted

    def execute(self, context: Context) -> list[str]:
        """The step's id, in a list as the provider's operator returns it."""
        name = self.steps[0]["Name"]
        failed = () if self.already_submitted else STEP_FAILED
        found = step_by_name(self.hook.conn, str(self.job_flow_id), name, failed)
        if found:
            self.log.info("Step %s (%s) is already on cluster %s", found, name, self.job_flow_id)
            return [found]
        if self.already_submitted:
            raise AirflowFailException(f"Cluster {self.job_flow_id} has no step {name}")
        return list(super().execute(context))


class StepSensor(EmrStepSensor):
    """Wait, without holding a worker, until the step has ended; a failed step fails at once and for good.

    The provider's sensor is retried although a step that has failed stays failed.
    """

    def execute_complete(self, context: Context, event: dict[str, Any] | None = None) -> None:
        """Look once more: what EMR says now counts, not the event."""
        if not self.poke(context):
            raise AirflowException(f"Step {self.step_id} has not ended: {(event or {}).get('message')}")

    def poke(self, context: Context) -> bool:
        """Whether the step is complete. Raises AirflowFailException with EMR's own reason when it failed."""
        step = self.get_emr_response(context)["Step"]
        state = step["Status"]["State"]
        self.log.info("Step %s (%s) is %s", self.step_id, step["Name"], state)
        if state in STEP_FAILED:
            raise AirflowFailException(_failure(step))
        return bool(state == "COMPLETED")


def _failure(step: dict[str, Any]) -> str:
    details = step["Status"].get("FailureDetails") or step["Status"].get("StateChangeReason") or {}
    lines = [f"Step {step['Name']} is {step['Status']['State']}: {details.get('Reason') or 'no reason given'}"]
    lines += [str(details[key]) for key in ("Message", "LogFile") if details.get(key)]
    return "\n".join(lines)


class TerminateClusterOperator(AwsBaseOperator[EmrHook]):
    """End every cluster of this run that is still alive, found by its tags.

    The provider's operator needs the id from the XCom of the create task: a create that died between the API call and
    its XCom left none.
    """

    aws_hook_class = EmrHook
    ui_color = "#f9c915"

    def __init__(self, *, cluster_name: str, spec_task: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cluster_name, self.spec_task = cluster_name, spec_task

    def execute(self, context: Context) -> list[str]:
        """The ids of the clusters that were ended."""
        client = self.hook.conn
        found = active_clusters(client, self.cluster_name, run_tags(context, self.spec_task))
        if not found:
            self.log.info("No cluster of this run is alive")
            return []
        self.log.info("Terminating %s", ", ".join(found))
        client.terminate_job_flows(JobFlowIds=found)
        return found
