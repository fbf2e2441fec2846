"""`teardown-too-early`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Edit, Fix, Problem, Related
from dagspec.rule import Rule
from dagspec.rulekit.lifecycle import BILLED, billed, concerns, creators, enders
from dagspec.view import PipelineView, TaskView


class TeardownTooEarly(Rule):
    """A task that stops a cluster does not wait for all that use it.

    Why: the order of tasks without a dependency between them is chance. On some days the cluster is gone before the
    task that uses it is done.

    Bad:
        tasks:
          transform:
            operator: airflow.providers.amazon.aws.operators.redshift_data.RedshiftDataOperator
            cluster_identifier: nightly
            sql: CALL transform()
          report:
            operator: airflow.providers.amazon.aws.operators.redshift_data.RedshiftDataOperator
            dependencies: [transform]
            cluster_identifier: nightly
            sql: CALL report()
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
          report:
            operator: airflow.providers.amazon.aws.operators.redshift_data.RedshiftDataOperator
            dependencies: [transform]
            cluster_identifier: nightly
            sql: CALL report()
          pause_cluster:
            operator: airflow.providers.amazon.aws.operators.redshift_cluster.RedshiftPauseClusterOperator
            dependencies: [transform, report]
            cluster_identifier: nightly
            trigger_rule: all_done
          outcome:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [report]
    """

    tags = ("lifecycle",)
    fixable = "unsafe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Users of what a task ends that are not certain to be done before it."""
        for kind in BILLED:
            for ender in enders(pipeline, kind):
                missed = _missed(pipeline, ender, kind)
                before = {name for task in missed for name in task.upstream}
                for user in missed:
                    if user.id not in before:  # of a chain the last one is enough
                        yield self._found(pipeline, ender, user, kind)

    def _found(self, pipeline: PipelineView, ender: TaskView, user: TaskView, kind: str) -> Problem:
        related = (Related(pipeline.key(*ender.path), f"stops the {BILLED[kind]}"),)
        if ender.id in user.upstream:
            message = f'"{user.id}" uses the {BILLED[kind]} after "{ender.id}" has stopped it'
            return self.problem(pipeline.key(*user.path), message, f'let "{ender.id}" run after it', related)
        message = f'"{user.id}" uses the {BILLED[kind]} but may run after "{ender.id}"'
        help_ = f'add "{user.id}" to the dependencies of "{ender.id}"'
        return self.problem(pipeline.key(*user.path), message, help_, related, _fix(pipeline, ender, user))


def _missed(pipeline: PipelineView, ender: TaskView, kind: str) -> list[TaskView]:
    users = [
        task for task in pipeline.tasks.values() if kind in task.facts.uses and kind not in billed(task.facts.ends)
    ]
    return [user for user in users if user.id not in ender.upstream and _share(pipeline, ender, user, kind)]


def _share(pipeline: PipelineView, ender: TaskView, user: TaskView, kind: str) -> bool:
    """Whether it is certain that both mean the same one."""
    own, other = (task.arguments.get(task.facts.resource) for task in (ender, user))
    made = [task for task in creators(pipeline, kind) if ender.id not in task.upstream and user.id not in task.upstream]
    if any(concerns(pipeline, ender, task) and concerns(pipeline, user, task) for task in made):
        return True
    restarted = any(ender.id in task.upstream for task in creators(pipeline, kind))
    return isinstance(own, str) and own == other and not restarted


def _fix(pipeline: PipelineView, ender: TaskView, user: TaskView) -> Fix | None:
    """One more name at the end of a list of dependencies in brackets."""
    path = (*ender.path, "dependencies")
    written = ender.arguments.get("dependencies")
    if not isinstance(written, list) or not written or not pipeline.source.owns((*path, len(written) - 1)):
        return None
    if pipeline.source.text[pipeline.source.offsets(path, "value")[0]] != "[":
        return None
    _, end = pipeline.source.offsets((*path, len(written) - 1), "value")
    return Fix(f'let "{ender.id}" wait for "{user.id}"', (Edit(end, end, f", {user.id}"),))
