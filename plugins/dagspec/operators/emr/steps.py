"""Steps of an EMR cluster: a Spark script, a shell script, a file to copy onto it or a command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from dagspec.kinds import Duration, RepositoryFile
from dagspec.problem import Problem
from dagspec.shared import Config, Task
from dagspec.spec import Keys

KINDS = ("spark_submit", "script", "copy_file", "command")


class Step(Keys, frozen=True):
    """One step. Exactly one of `spark_submit`, `script`, `copy_file` and `command` says what it runs."""

    dependencies: Annotated[list[str], Meta(description="Steps that must have succeeded before.")] = []
    spark_submit: Annotated[RepositoryFile | None, Meta(description="Spark script.")] = None
    spark_options: Annotated[list[str], Meta(description="Options of spark-submit, before the script.")] = []
    script: Annotated[RepositoryFile | None, Meta(description="Shell script, run by script-runner.jar.")] = None
    copy_file: Annotated[
        RepositoryFile | None,
        Meta(description="File for `aws s3 cp`; `arguments` says where to, e.g. [/home/hadoop/]."),
    ] = None
    command: Annotated[list[str] | None, Meta(description="Command, e.g. [aws, s3, cp, …].")] = None
    arguments: Annotated[list[str], Meta(description="Arguments of the script or the command.")] = []
    action_on_failure: Annotated[
        Literal["CONTINUE", "CANCEL_AND_WAIT", "TERMINATE_CLUSTER"],
        Meta(description="What EMR does. Airflow itself starts no step whose dependencies failed."),
    ] = "CONTINUE"
    timeout: Annotated[Duration | None, Meta(description="Longest wait for this step.")] = None

    def problems(self, task: Task, name: str, step_concurrency: int) -> Iterator[Problem]:
        """What the types cannot tell."""
        given = [kind for kind in KINDS if getattr(self, kind)]
        place = task.place("steps", name, key=True)
        if len(given) != 1:
            message = f'step "{name}" must have exactly one of {", ".join(KINDS[:-1])} and {KINDS[-1]}'
            yield Problem("missing-key", message, place, f"found: {', '.join(given)}" if given else "")
        if self.copy_file and not self.arguments:
            message = f'step "{name}" must say in "arguments" where to copy the file'
            yield Problem("missing-key", message, place, "for example [/home/hadoop/]")
        if step_concurrency > 1 and self.action_on_failure != "CONTINUE":
            message = f"EMR refuses {self.action_on_failure} when step_concurrency is above 1"
            yield Problem("wrong-type", message, task.place("steps", name, "action_on_failure"), "use CONTINUE")


def step_config(step: Step, name: str, task: Task) -> Config:
    """The step as AddJobFlowSteps takes it."""
    jar, arguments = _jar(step, name, task)
    return {
        "Name": name,
        "ActionOnFailure": step.action_on_failure,
        "HadoopJarStep": {"Jar": jar, "Args": arguments},
    }


def _jar(step: Step, name: str, task: Task) -> tuple[str, list[str]]:
    if step.spark_submit:
        script = task.file(step.spark_submit, "steps", name, "spark_submit")
        return "command-runner.jar", ["spark-submit", *step.spark_options, script, *step.arguments]
    if step.script:
        script = task.file(step.script, "steps", name, "script")
        region = task.environment.values.get("aws_region", "us-east-1")
        jar = f"s3://{region}.elasticmapreduce/libs/script-runner/script-runner.jar"
        return jar, [script, *step.arguments]
    if step.copy_file:
        file = task.file(step.copy_file, "steps", name, "copy_file")
        return "command-runner.jar", ["aws", "s3", "cp", file, *step.arguments]
    return "command-runner.jar", [*(step.command or []), *step.arguments]
