"""`invalid-id`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from dagspec.problem import KeyPath, Problem
from dagspec.rule import Rule
from dagspec.view import PipelineView

# Airflow's own limits: a task's id counts with the groups in front of it
LONGEST_TASK, LONGEST_GROUP, LONGEST_DAG = 250, 200, 250
TASK_LETTERS, GROUP_LETTERS = r"[\w.-]", r"[\w-]"


class InvalidId(Rule):
    """An id that Airflow refuses.

    Why: the whole pipeline fails to load. Ids are letters, digits, "_", "-" and, but for task groups, "."; the id of a
    task has at most 250 characters with the groups that it lies in.

    Bad:
        tasks:
          load data:
            operator: airflow.providers.standard.operators.empty.EmptyOperator

    Good:
        tasks:
          load_data:
            operator: airflow.providers.standard.operators.empty.EmptyOperator
    """

    tags = ("graph",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """The ids of the file, its groups, its tasks, and of the tasks that those become."""
        yield from self._of_file(pipeline)
        for group in pipeline.spec.get("task_groups", {}):
            yield from self._written(pipeline, ("task_groups", group), "task group", GROUP_LETTERS, LONGEST_GROUP)
        for task in pipeline.spec.get("tasks", {}):
            expansion = pipeline.analysis.expansions.get(task)
            is_group = expansion is not None and expansion.group is not None
            letters, longest = (GROUP_LETTERS, LONGEST_GROUP) if is_group else (TASK_LETTERS, LONGEST_TASK)
            found = list(self._written(pipeline, ("tasks", task), "task", letters, longest))
            yield from found or self._made(pipeline, task)

    def _of_file(self, pipeline: PipelineView) -> Iterator[Problem]:
        dag_id = pipeline.analysis.dag_id
        # with a dag_id, the compiler compares it with the name and checks its letters
        if "dag_id" not in pipeline.spec and pipeline.spec and (wrong := _wrong(dag_id, TASK_LETTERS, LONGEST_DAG)):
            message = f'the file\'s name is the id of the pipeline, but "{_short(dag_id)}" {wrong}'
            yield self.problem(pipeline.place(), message, f"rename the file: {_allowed(TASK_LETTERS)}")

    def _written(
        self, pipeline: PipelineView, path: KeyPath, what: str, letters: str, longest: int
    ) -> Iterator[Problem]:
        name = str(path[-1])
        if wrong := _wrong(name, letters, longest):
            help_ = "shorten it" if len(name) > longest else _allowed(letters)
            yield self.problem(pipeline.key(*path), f'{what} id "{_short(name)}" {wrong}', help_)

    def _made(self, pipeline: PipelineView, task: str) -> Iterator[Problem]:
        """Ids that only the groups around a task, or the names of its steps, make wrong: each place once."""
        told: set[KeyPath] = set()
        for task_id, (owner, inner) in pipeline.owners.items():
            if owner != task:
                continue
            wrong = _wrong(task_id, TASK_LETTERS, LONGEST_TASK)
            path = _culprit(pipeline, task, inner) if wrong else ()
            if wrong and path not in told:
                told.add(path)
                help_ = _allowed(TASK_LETTERS) if len(task_id) <= LONGEST_TASK else "shorten one of its names"
                yield self.problem(pipeline.key(*path), f'the task id "{_short(task_id)}" {wrong}', help_)


@lru_cache(maxsize=1024)
def _wrong(name: str, letters: str, longest: int) -> str:
    """What is wrong with an id, as the end of a sentence; empty when nothing is."""
    if not name:
        return "is empty"
    if len(name) > longest:
        return f"has {len(name)} characters; Airflow takes {longest}"
    bad = re.sub(letters, "", name)
    if not bad:
        return ""
    return (
        "has a space" if bad[0] == " " else f'has a "{bad[0]}"' if bad[0].isprintable() else "has a control character"
    )


def _allowed(letters: str) -> str:
    return 'use letters, digits, "_" and "-"' if letters == GROUP_LETTERS else 'use letters, digits, "_", "-" and "."'


def _short(name: str) -> str:
    return name if len(name) <= 40 else name[:39] + "…"


def _culprit(pipeline: PipelineView, task: str, inner: str) -> KeyPath:
    """The key below a task whose name went into the id of a task that it becomes; else the task."""
    arguments: dict[str, Any] = pipeline.spec["tasks"][task]
    for option, value in arguments.items():
        for name in value if isinstance(value, dict) else ():
            if inner.endswith(f"_{name}") and _wrong(name, TASK_LETTERS, LONGEST_TASK):
                return ("tasks", task, option, name)
    return ("tasks", task)
