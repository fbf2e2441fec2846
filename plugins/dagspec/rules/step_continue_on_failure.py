"""`step-continue-on-failure`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from msgspec import Struct

from dagspec.problem import Fix, KeyPath, Place, Problem
from dagspec.rule import Rule
from dagspec.rulekit.edits import replace_value
from dagspec.rulekit.lifecycle import concerns, creators, request
from dagspec.view import PipelineView, TaskView

RIGHT = "CANCEL_AND_WAIT"


class Followed(Struct, frozen=True):
    """A step that EMR goes on behind although it failed. path: of its action, written or not."""

    name: str
    follower: str
    path: KeyPath


class StepContinueOnFailure(Rule):
    """EMR runs the steps behind a failed step, on data that is missing.

    Why: steps that are handed over together run one behind the other without Airflow in between. With `CONTINUE` a
    failed one does not stop those behind it: they overwrite good results with half of them, or with none.

    Bad:
        tasks:
          steps:
            operator: airflow.providers.amazon.aws.operators.emr.EmrAddStepsOperator
            job_flow_id: "{{ params.cluster }}"
            wait_for_completion: true
            steps:
              - {Name: clean, ActionOnFailure: CONTINUE, HadoopJarStep: {Jar: command-runner.jar, Args: [clean]}}
              - {Name: load, ActionOnFailure: CANCEL_AND_WAIT, HadoopJarStep: {Jar: command-runner.jar, Args: [load]}}

    Good:
        tasks:
          steps:
            operator: airflow.providers.amazon.aws.operators.emr.EmrAddStepsOperator
            job_flow_id: "{{ params.cluster }}"
            wait_for_completion: true
            steps:
              - {Name: clean, ActionOnFailure: CANCEL_AND_WAIT, HadoopJarStep: {Jar: command-runner.jar, Args: [clean]}}
              - {Name: load, ActionOnFailure: CANCEL_AND_WAIT, HadoopJarStep: {Jar: command-runner.jar, Args: [load]}}
    """

    severity = "warning"
    tags = ("lifecycle", "aws")
    fixable = "unsafe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Steps with others behind them inside EMR, that let EMR go on when they fail."""
        for task in pipeline.tasks.values():
            for step in _followed(pipeline, task):
                message = f'if "{step.name}" fails, EMR still runs "{step.follower}", on missing data'
                edit = replace_value(pipeline.source, step.path, RIGHT)
                fix = Fix(f"use {RIGHT}", (edit,)) if edit else None
                yield self.problem(_place(pipeline, step), message, f"set {step.path[-1]}: {RIGHT}", fix=fix)


def _followed(pipeline: PipelineView, task: TaskView) -> Iterator[Followed]:
    steps = task.arguments.get(task.facts.steps) if task.facts.steps else None
    if isinstance(steps, dict):
        yield from _of_mapping(task, steps) if task.arguments.get(task.facts.ends_itself) is True else ()
    elif not _runs_side_by_side(pipeline, task):
        yield from _of_list(steps, (*task.path, task.facts.steps))
        yield from _of_list((request(task) or {}).get("Steps"), (*task.path, task.facts.cluster, "Steps"))


def _of_mapping(task: TaskView, steps: dict[str, Any]) -> Iterator[Followed]:
    """Steps of a shared operator, which name their dependencies; their default is CONTINUE."""
    for name, step in steps.items():
        behind = [other for other, one in steps.items() if isinstance(one, dict) and name in _dependencies(one)]
        if behind and isinstance(step, dict) and step.get("action_on_failure", "CONTINUE") == "CONTINUE":
            yield Followed(name, behind[0], (*task.path, task.facts.steps, name, "action_on_failure"))


def _dependencies(step: dict[str, Any]) -> list[Any]:
    value = step.get("dependencies")
    return value if isinstance(value, list) else []


def _of_list(steps: Any, path: KeyPath) -> Iterator[Followed]:
    """Steps of a request to EMR, which runs them in their order."""
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        return
    for index, (step, follower) in enumerate(pairwise(steps)):
        if step.get("ActionOnFailure") == "CONTINUE":
            names = str(step.get("Name", index)), str(follower.get("Name", index + 1))
            yield Followed(*names, (*path, index, "ActionOnFailure"))


def _runs_side_by_side(pipeline: PipelineView, task: TaskView) -> bool:
    """Whether the cluster may run several steps at once: EMR then takes nothing but CONTINUE."""
    clusters = [one for one in creators(pipeline, "emr_cluster") if concerns(pipeline, task, one)]
    levels = [(request(one) or {}).get("StepConcurrencyLevel", 1) for one in clusters]
    return any(level != 1 for level in levels)


def _place(pipeline: PipelineView, step: Followed) -> Place:
    if pipeline.source.owns(step.path):
        return pipeline.place(*step.path)
    return pipeline.key(*step.path[:-1])
