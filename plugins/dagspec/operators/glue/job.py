"""`glue.job`: a Glue job from a script of the repository, and one run of it."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from dagspec.facts import Facts
from dagspec.kinds import Duration, NonEmpty, RepositoryFile, parse_duration, whole_seconds
from dagspec.operators.aws import AwsOperator
from dagspec.problem import Problem
from dagspec.shared import Config, Expansion, Task

WorkerType = Literal["G.025X", "G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X"]
# Glue or this operator sets these itself
RESERVED = ("--JOB_NAME", "--JOB_RUN_ID", "--scriptLocation", "--airflow_task_uuid")
START_SECONDS = 1_800  # a run may wait for capacity before its own time limit begins


class Job(AwsOperator, frozen=True, kw_only=True):
    """Create or update a Glue job from a script of the repository, run it, and wait without holding a worker."""

    name: ClassVar[str] = "glue.job"
    facts: ClassVar[Facts] = Facts(
        waits_for=("glue_job",),
        defers=True,
        outputs={"return_value": "text"},
        template_fields=("script", "job_name", "role", "arguments", "python_files", "connections"),
    )

    script: Annotated[RepositoryFile, Meta(description="The job's script.")]
    role: Annotated[NonEmpty, Meta(description="Name or ARN of the role that the job runs with.")]
    job_name: Annotated[NonEmpty | None, Meta(description="Default: the DAG's id, a dot, the task's id.")] = None
    kind: Annotated[Literal["glueetl", "pythonshell"], Meta(description="Spark, or plain Python.")] = "glueetl"
    glue_version: Annotated[NonEmpty, Meta(description="Of a Spark job, in quotes.")] = "5.0"
    worker_type: Annotated[WorkerType, Meta(description="Of a Spark job.")] = "G.1X"
    workers: Annotated[int, Meta(ge=2, description="Workers of a Spark job.")] = 2
    max_capacity: Annotated[float, Meta(description="DPUs of a pythonshell job: 0.0625 or 1.")] = 0.0625
    arguments: Annotated[
        dict[NonEmpty, str | int | float | bool],
        Meta(description="What the script gets, by name, with or without --; also Glue's own, such as --extra-jars."),
    ] = {}
    python_files: Annotated[list[RepositoryFile], Meta(description="Python modules that the script imports.")] = []
    connections: Annotated[list[NonEmpty], Meta(description="Glue connections, for a VPC or a database.")] = []
    timeout: Annotated[Duration, Meta(description="Glue itself ends a run that takes longer.")] = "6h"
    poll_interval: Annotated[Duration, Meta(description="Pause between two looks at Glue.")] = "30s"

    def check(self, task: Task) -> Iterator[Problem]:
        """Arguments that are not the author's to set, or set twice."""
        names = list(self._named())
        for given, name in zip(self.arguments, map(_dashed, self.arguments), strict=True):
            if name in RESERVED:
                message = f'the argument "{given}" is set by Glue or by this operator'
                yield Problem("wrong-type", message, task.place("arguments", given, key=True), "remove it")
            elif name != given and given != name.removeprefix("--"):
                message = f'the argument "{given}" must begin with two dashes or none'
                yield Problem("wrong-type", message, task.place("arguments", given, key=True), f'write "{name}"')
            elif name == "--extra-py-files" and self.python_files:
                message = 'both "python_files" and --extra-py-files name modules'
                yield Problem("wrong-type", message, task.place("arguments", given, key=True), "use one of them")
        if len(names) < len(self.arguments):
            message = "an argument stands there twice, with and without --"
            yield Problem("wrong-type", message, task.place("arguments", key=True))
        if self.max_capacity not in (0.0625, 1):
            yield Problem("wrong-type", '"max_capacity" must be 0.0625 or 1', task.place("max_capacity"))

    def expand(self, task: Task) -> Expansion:
        """One task: the job's definition, and what is given to this run alone."""
        script = task.file(self.script, "script")
        job = {
            "operator": "dagspec.runtime.glue.JobOperator",
            "job_name": self.job_name or f"{task.dag_id}.{task.id}",
            "job_desc": f"Task {task.id} of the DAG {task.dag_id}",
            "script_location": script,
            "iam_role_arn": self.role,
            "script_args": self._named() | self._modules(task),
            "create_job_kwargs": self._definition(script),
            "run_job_kwargs": self._size() | {"Timeout": self._minutes()},
            "deferrable": True,
        }
        return Expansion({task.id: job | self._capacity() | self._waiting() | self.aws()})

    def _named(self) -> dict[str, str]:
        return {_dashed(name): _text(value) for name, value in self.arguments.items()}

    def _modules(self, task: Task) -> dict[str, str]:
        files = [task.file(file, "python_files", index) for index, file in enumerate(self.python_files)]
        return {"--extra-py-files": ",".join(files)} if files else {}

    def _definition(self, script: str) -> Config:
        version = "3" if self.kind == "glueetl" else "3.9"
        command = {"Name": self.kind, "ScriptLocation": script, "PythonVersion": version}
        spark = {"GlueVersion": self.glue_version} if self.kind == "glueetl" else {}
        linked = {"Connections": {"Connections": self.connections}} if self.connections else {}
        size = self._size() if self.kind == "glueetl" else {}
        return {"Command": command, "Timeout": self._minutes()} | spark | size | linked

    def _size(self) -> dict[str, Any]:
        if self.kind == "pythonshell":
            return {"MaxCapacity": self.max_capacity}
        return {"WorkerType": self.worker_type, "NumberOfWorkers": self.workers}

    def _capacity(self) -> Config:
        # the provider takes this one number of the definition by an argument of its own
        return {"num_of_dpus": self.max_capacity} if self.kind == "pythonshell" else {}

    def _waiting(self) -> Config:
        interval = whole_seconds(self.poll_interval)
        attempts = ceil((self._minutes() * 60 + START_SECONDS) / interval)
        return {"waiter_delay": interval, "waiter_max_attempts": attempts}

    def _minutes(self) -> int:
        return max(1, ceil(parse_duration(self.timeout).total_seconds() / 60))


def _dashed(name: str) -> str:
    return "--" + name.lstrip("-")


def _text(value: str | int | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
