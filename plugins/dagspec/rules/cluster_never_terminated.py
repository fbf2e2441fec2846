"""`cluster-never-terminated`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.lifecycle import billed, creators, is_ended, stays
from dagspec.rulekit.resources import a
from dagspec.view import PipelineView

_HELP = {
    "emr_cluster": "use emr.transient_cluster, or end it with EmrTerminateJobFlowOperator and trigger_rule: all_done",
    "redshift_cluster": "end it with RedshiftDeleteClusterOperator and trigger_rule: all_done",
}


class ClusterNeverTerminated(Rule):
    """A task starts a cluster that no task stops.

    Why: the cluster runs, and is paid for, until somebody notices it on the bill. Every run adds one more.

    Bad:
        tasks:
          create_cluster:
            operator: airflow.providers.amazon.aws.operators.emr.EmrCreateJobFlowOperator
            job_flow_overrides:
              Name: nightly
              ReleaseLabel: emr-7.9.0
              Instances: {KeepJobFlowAliveWhenNoSteps: true}

    Good:
        tasks:
          create_cluster:
            operator: airflow.providers.amazon.aws.operators.emr.EmrCreateJobFlowOperator
            job_flow_overrides:
              Name: nightly
              ReleaseLabel: emr-7.9.0
              Instances: {KeepJobFlowAliveWhenNoSteps: true}
              AutoTerminationPolicy: {IdleTimeout: 3600}
          work:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [create_cluster]
            bash_command: echo work
          stop_cluster:
            operator: airflow.providers.amazon.aws.operators.emr.EmrTerminateJobFlowOperator
            dependencies: [create_cluster, work]
            job_flow_id: "{{ ti.xcom_pull(task_ids='create_cluster') }}"
            trigger_rule: all_done
          report:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [work]
            bash_command: echo done
    """

    tags = ("lifecycle",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Creating tasks whose cluster stays and has no task that may end it."""
        if not pipeline.is_sound:  # the task that stops it may be the one that is broken
            return
        for kind in {kind for task in pipeline.tasks.values() for kind in billed(task.facts.creates)}:
            for task in creators(pipeline, kind):
                if stays(task) and not is_ended(pipeline, task, kind):
                    message = f'"{task.id}" starts {a(kind)} that nothing stops'
                    yield self.problem(pipeline.key(*task.path), message, _HELP.get(kind, ""))
