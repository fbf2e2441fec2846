"""`teardown-skipped-on-failure`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Edit, Fix, Place, Problem, Related
from dagspec.rule import Rule
from dagspec.rulekit.edits import add_key, replace_value
from dagspec.rulekit.lifecycle import (
    BILLED,
    SKIPPED_ON_FAILURE,
    billed,
    concerns,
    creators,
    direct,
    first,
)
from dagspec.view import PipelineView, TaskView

RIGHT = "all_done"


class TeardownSkippedOnFailure(Rule):
    """A task that stops a cluster runs only if everything before it succeeded.

    Why: when a task fails, Airflow skips what depends on it. The cluster then keeps running, and is paid for, on the
    very days on which nobody has a result to show for it.

    Bad:
        tasks:
          transform:
            operator: airflow.providers.amazon.aws.operators.redshift_data.RedshiftDataOperator
            cluster_identifier: nightly
            sql: CALL transform()
          pause_cluster:
            operator: airflow.providers.amazon.aws.operators.redshift_cluster.RedshiftPauseClusterOperator
            dependencies: [transform]
            cluster_identifier: nightly

    Good:
        tasks:
          transform:
            operator: airflow.providers.amazon.aws.operators.redshift_data.RedshiftDataOperator
            cluster_identifier: nightly
            sql: CALL transform()
          pause_cluster:
            operator: airflow.providers.amazon.aws.operators.redshift_cluster.RedshiftPauseClusterOperator
            dependencies: [transform]
            cluster_identifier: nightly
            trigger_rule: all_done
          report:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [transform]
    """

    tags = ("lifecycle",)
    fixable = "safe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Ending tasks behind others than the one that creates, with a trigger rule that a failure skips."""
        for task in pipeline.tasks.values():
            kinds = [kind for kind in billed(task.facts.ends) if kind not in task.facts.creates]
            if not kinds or pipeline.rule_of(task) not in SKIPPED_ON_FAILURE:
                continue
            if blocker := _blocker(pipeline, task, kinds[0]):
                message = f'"{task.id}" is skipped if "{blocker}" fails; the {BILLED[kinds[0]]} keeps billing'
                related = tuple(_related(pipeline, task, kinds[0]))
                fix = _fix(pipeline, task)
                yield self.problem(_place(pipeline, task), message, f"set trigger_rule: {RIGHT}", related, fix)


def _blocker(pipeline: PipelineView, task: TaskView, kind: str) -> str:
    """A task whose failure skips this one while the cluster runs; that of the creating task leaves no cluster."""
    creating = {one.id for one in creators(pipeline, kind)}
    before = task.upstream & pipeline.tasks.keys()
    in_use = any(kind in (*pipeline.tasks[name].facts.uses, *pipeline.tasks[name].facts.creates) for name in before)
    near = (direct(pipeline, task) or set(before)) - creating
    candidates = near or set(before - creating)
    return first(pipeline, candidates) if in_use and candidates else ""


def _related(pipeline: PipelineView, task: TaskView, kind: str) -> Iterator[Related]:
    for creator in creators(pipeline, kind):
        if creator.id in task.upstream and concerns(pipeline, task, creator) is not False:
            yield Related(pipeline.key(*creator.path), f"starts the {BILLED[kind]}")


def _place(pipeline: PipelineView, task: TaskView) -> Place:
    own = "trigger_rule" in task.arguments
    return pipeline.place(*task.path, "trigger_rule") if own else pipeline.key(*task.path)


def _fix(pipeline: PipelineView, task: TaskView) -> Fix | None:
    edit: Edit | None
    if "trigger_rule" in task.arguments:
        edit = replace_value(pipeline.source, (*task.path, "trigger_rule"), RIGHT)
    else:
        edit = add_key(pipeline.source, task.path, "operator", "trigger_rule", RIGHT)
    return Fix(f"set trigger_rule: {RIGHT}", (edit,), safe=True) if edit else None
