"""`keep-alive-without-auto-termination`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Fix, Problem
from dagspec.rule import Rule
from dagspec.rulekit.edits import add_key, replace_value
from dagspec.rulekit.lifecycle import creators, is_ended, request, stays
from dagspec.view import PipelineView, TaskView

POLICY = "{IdleTimeout: 3600}"


class KeepAliveWithoutAutoTermination(Rule):
    """Only Airflow stops an EMR cluster: EMR itself has no idle limit for it.

    Why: if Airflow is down, or the task that stops the cluster fails, the cluster runs for ever. EMR can end it by
    itself after a time without work.

    Bad:
        tasks:
          spark:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            idle_timeout: null
            steps:
              split: {command: [echo, split]}

    Good:
        tasks:
          spark:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            idle_timeout: 1h
            steps:
              split: {command: [echo, split]}
    """

    severity = "warning"
    tags = ("lifecycle", "aws")
    fixable = "unsafe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Clusters whose idle limit is turned off, or whose request has none and which stay without work."""
        for task in pipeline.tasks.values():
            if _is_switched_off(task):
                yield self._switched_off(pipeline, task)
        for task in creators(pipeline, "emr_cluster"):
            # a cluster that nothing stops is another rule's finding
            if request(task) is not None and stays(task) and is_ended(pipeline, task, "emr_cluster"):
                yield self._without_policy(pipeline, task)

    def _switched_off(self, pipeline: PipelineView, task: TaskView) -> Problem:
        path = (*task.path, task.facts.idle_limit)
        edit = replace_value(pipeline.source, path, "1h") if task.arguments[task.facts.idle_limit] is None else None
        fix = Fix("set an idle limit of 1h", (edit,)) if edit else None
        message = f'no idle limit: if Airflow dies, the EMR cluster of "{task.id}" runs for ever'
        return self.problem(pipeline.place(*path), message, f"set {task.facts.idle_limit}, for example 1h", fix=fix)

    def _without_policy(self, pipeline: PipelineView, task: TaskView) -> Problem:
        path = (*task.path, task.facts.cluster)
        keys = request(task) or {}
        if "AutoTerminationPolicy" in keys:
            edit = replace_value(pipeline.source, (*path, "AutoTerminationPolicy"), POLICY)
        else:
            edits = [add_key(pipeline.source, path, key, "AutoTerminationPolicy", POLICY) for key in keys]
            edit = next((one for one in edits if one), None)
        fix = Fix("end it after an hour without work", (edit,)) if edit else None
        message = f'no idle limit: if Airflow dies, the EMR cluster of "{task.id}" runs for ever'
        place = pipeline.key(*path, "Instances", "KeepJobFlowAliveWhenNoSteps")
        return self.problem(place, message, f"add AutoTerminationPolicy: {POLICY}, in seconds", fix=fix)


def _is_switched_off(task: TaskView) -> bool:
    option, ends_itself = task.facts.idle_limit, task.facts.ends_itself
    off = bool(option) and option in task.arguments and task.arguments[option] is None
    return off and task.arguments.get(ends_itself) is not True
