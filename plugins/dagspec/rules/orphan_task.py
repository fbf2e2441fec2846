"""`orphan-task`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.view import PipelineView


class OrphanTask(Rule):
    """A task is connected to nothing in a pipeline whose other tasks are.

    Why: it starts at once, beside everything else. Mostly its `dependencies` were forgotten.

    Bad:
        tasks:
          extract:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
          load:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [extract]
          report:
            operator: airflow.providers.standard.operators.empty.EmptyOperator

    Good:
        tasks:
          extract:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
          load:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [extract]
          report:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
            dependencies: [load]
    """

    severity = "warning"
    tags = ("graph",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Tasks without edges, where they are fewer than those with edges."""
        connected = {name for task in pipeline.tasks.values() if task.upstream for name in (task.id, *task.upstream)}
        alone = pipeline.tasks.keys() - connected
        if not pipeline.is_sound or len(alone) >= len(connected):
            return
        for name in alone - _exchanging(pipeline):
            message = f'"{name}" is connected to nothing: it starts at once, beside all others'
            yield self.problem(pipeline.key("tasks", name), message, "give it dependencies, or a spec of its own")


def _exchanging(pipeline: PipelineView) -> set[str]:
    """Tasks that pull an XCom or whose XCom is pulled: a missing dependency of those is another rule's finding."""
    found: set[str] = set()
    for template in pipeline.templates:
        pulled = {pipeline.owners.get(name, (name, ""))[0] for pull in template.pulls for name in pull.task_ids}
        found |= pulled | ({str(template.path[1])} if pulled and template.path[0] == "tasks" else set())
    return found
