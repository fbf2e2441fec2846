"""`teardown-masks-failure`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Place, Problem
from dagspec.rule import Rule
from dagspec.rulekit.lifecycle import RUNS_ANYWAY, SKIPPED_ON_FAILURE, billed, direct
from dagspec.view import PipelineView, TaskView


class TeardownMasksFailure(Rule):
    """A task that stops a cluster whatever happens is the last of the pipeline, and makes failed runs green.

    Why: Airflow judges a run by its last tasks. When the only one of them runs with `all_done` and succeeds, the run is
    a success although its work failed: no alert is sent, and pipelines that wait for this one go on.

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
            trigger_rule: all_done

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
          outcome:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [transform]
    """

    severity = "warning"
    tags = ("lifecycle",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Last tasks that end something whatever happens, where no other last task fails with the work."""
        last = {name for name in pipeline.tasks if not pipeline.downstream(name)}
        for task in pipeline.tasks.values():
            ends = billed(task.facts.ends) and not billed(task.facts.creates)
            if not ends or task.id not in last or pipeline.rule_of(task) not in RUNS_ANYWAY:
                continue
            for name in sorted(direct(pipeline, task), key=list(pipeline.tasks).index):
                if not _fails_the_run(pipeline, name, last):
                    message = f'the run is marked success even when "{name}" fails: "{task.id}" decides on it'
                    help_ = (
                        f'let an EmptyOperator depend on "{name}" too: with the default trigger rule it fails the run'
                    )
                    yield self.problem(_place(pipeline, task), message, help_)
                    break


def _fails_the_run(pipeline: PipelineView, name: str, last: set[str]) -> bool:
    """Whether a last task fails, or waits for failures to report them, when this one fails."""
    failed = {name}
    for _ in pipeline.tasks:
        before = len(failed)
        failed |= {one.id for one in pipeline.tasks.values() if _fails_with(pipeline, one, failed)}
        if len(failed) == before:
            break
    return bool(failed & last)


def _fails_with(pipeline: PipelineView, task: TaskView, failed: set[str]) -> bool:
    # a task that starts on failures is there to raise them
    strict = (*SKIPPED_ON_FAILURE, "one_failed", "all_failed")
    return pipeline.rule_of(task) in strict and bool(direct(pipeline, task) & failed)


def _place(pipeline: PipelineView, task: TaskView) -> Place:
    own = "trigger_rule" in task.arguments
    return pipeline.place(*task.path, "trigger_rule") if own else pipeline.key(*task.path)
