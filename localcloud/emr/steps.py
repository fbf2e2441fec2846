"""What a step of EMR means on this machine."""

from __future__ import annotations

import shlex
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from localcloud.processes import Job
from localcloud.s3.fetch import fetch

_COMMAND_RUNNER = "command-runner.jar"
_SCRIPT_RUNNER = "script-runner.jar"
_HADOOP_HOME = "/home/hadoop"


class UnsupportedStepError(Exception):
    """The step cannot be run here; the message says what can."""


@dataclass(frozen=True)
class Outcome:
    """How a program ended: its exit status, and why in words if it is not 0."""

    status: int
    reason: str = ""


@dataclass(frozen=True)
class Machine:
    """What a program finds on the cluster: the home folder, the bucket folders, the environment."""

    home: Path
    s3: Path
    environment: Mapping[str, str]

    def at_home(self, arguments: list[str]) -> list[str]:
        """Arguments with EMR's home folder replaced by the cluster's own."""
        return [argument.replace(_HADOOP_HOME, str(self.home)) for argument in arguments]


def step_command(jar: str, arguments: list[str], machine: Machine, folder: Path) -> list[str]:
    """The program that a step runs. UnsupportedStepError or FetchError if there is none."""
    runner = jar.rpartition("/")[2]
    if runner == _COMMAND_RUNNER:
        return _command(arguments, machine)
    if runner == _SCRIPT_RUNNER:
        return script_command(arguments, machine, folder)
    raise UnsupportedStepError(
        f"The local cloud does not run the jar {jar!r}. It runs {_COMMAND_RUNNER} and {_SCRIPT_RUNNER}; "
        f"for a Spark application in a jar use {_COMMAND_RUNNER} with spark-submit --class."
    )


def script_command(arguments: list[str], machine: Machine, folder: Path) -> list[str]:
    """A script from S3 (or of the cluster's home) with its arguments."""
    if not arguments:
        raise UnsupportedStepError("The script's path is missing: give it as the first argument.")
    script, *rest = machine.at_home(arguments)
    return ["bash", str(fetch(script, machine.s3, folder)), *rest]


def _command(arguments: list[str], machine: Machine) -> list[str]:
    if not arguments:
        raise UnsupportedStepError(f"{_COMMAND_RUNNER} needs a command: give it as the first argument.")
    program, *rest = machine.at_home(arguments)
    # EMR's own programs are also named by their path there, as in /usr/bin/spark-submit
    path = machine.environment["PATH"]
    if shutil.which(Path(program).name, path=path) and program.startswith("/usr/"):
        program = Path(program).name
    if shutil.which(program, path=path) is None:
        raise UnsupportedStepError(
            f"The local cloud has no program {program!r}. It has spark-submit, spark-sql, aws, hadoop fs, "
            "s3-dist-cp, bash and what is installed on this machine."
        )
    return [program, *rest]


def run_command(job: Job, command: list[str], machine: Machine) -> Outcome:
    """Run a program as a job, with a `controller` log beside its stdout and stderr."""
    began = time.monotonic()
    try:
        status = job.run(command, machine.environment)
    except OSError as error:
        return refuse(job, f"{command[0]} could not be started: {error.strerror}")
    reason = "" if status == 0 else _reason(status)
    _write_controller(job, f"{shlex.join(command)}\n{reason or 'exit status 0'}\n{time.monotonic() - began:.1f} s\n")
    return Outcome(status, reason)


def refuse(job: Job, why: str) -> Outcome:
    """The outcome of a program that was not started; the logs say why."""
    (job.folder / "stdout").touch()
    with (job.folder / "stderr").open("a", encoding="utf-8") as stream:
        stream.write(f"{why}\n")
    _write_controller(job, f"{why}\n")
    return Outcome(-1, why)


def _write_controller(job: Job, text: str) -> None:
    (job.folder / "controller").write_text(text, encoding="utf-8")


def _reason(status: int) -> str:
    return f"exit status {status}" if status > 0 else f"killed by signal {-status}"
