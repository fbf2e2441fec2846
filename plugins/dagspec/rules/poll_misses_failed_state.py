"""`poll-misses-failed-state`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.view import PipelineView, TaskView


class PollMissesFailedState(Rule):
    """A task polls for states, and not all states in which the work can end are among them.

    Why: when the work ends in a state that the poll does not know, the task asks on and on until its timeout, a week
    by default, with the failure in plain sight.

    Bad:
        tasks:
          wait_for_step:
            operator: airflow.providers.amazon.aws.sensors.emr.EmrStepSensor
            job_flow_id: "{{ params.cluster }}"
            step_id: "{{ params.step }}"
            failed_states: [CANCELLED]
            mode: reschedule
            timeout: 7200

    Good:
        tasks:
          wait_for_step:
            operator: airflow.providers.amazon.aws.sensors.emr.EmrStepSensor
            job_flow_id: "{{ params.cluster }}"
            step_id: "{{ params.step }}"
            failed_states: [CANCELLED, FAILED, INTERRUPTED]
            mode: reschedule
            timeout: 7200
    """

    tags = ("lifecycle",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """The final states of what a task waits for, less those that it is content with and those that fail it."""
        for task in pipeline.tasks.values():
            facts = task.facts
            given = [option for option in (facts.failures, facts.targets) if task.arguments.get(option)]
            if not given or not all(_is_literal(task.arguments[option]) for option in given):
                continue
            known = [*_states(task, facts.targets, facts.stops_on), *_states(task, facts.failures, facts.fails_on)]
            if missed := [state for state in facts.ends_in if state not in known]:
                message = f'"{task.id}" ends only on {_listed(known)}; {_listed(missed)} is polled until the timeout'
                failing = [
                    state for state in facts.ends_in if state not in _states(task, facts.targets, facts.stops_on)
                ]
                help_ = f"set {facts.failures}: [{', '.join(failing)}]"
                yield self.problem(pipeline.place(*task.path, given[0]), message, help_)


def _is_literal(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and "{" not in one for one in value)


def _states(task: TaskView, option: str, default: tuple[str, ...]) -> list[str]:
    return list(task.arguments.get(option) or default)


def _listed(states: list[str]) -> str:
    return " and ".join(part for part in (", ".join(states[:-1]), states[-1]) if part)
