"""The command line of spark-submit, as far as it is about the job and not about the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.spark import conf

_IGNORED = (
    *("--master", "--deploy-mode", "--queue", "--proxy-user", "--principal", "--keytab"),
    *("--num-executors", "--executor-cores", "--executor-memory", "--total-executor-cores"),
    *("--driver-memory", "--driver-cores"),
)
_IGNORED_FLAGS = ("--supervise", "--verbose", "-v")
# what only a JVM of the job's own can have
_JVM_OPTIONS = (
    *("--class", "--jars", "--packages", "--exclude-packages", "--repositories", "--archives"),
    *("--driver-class-path", "--driver-java-options", "--driver-library-path"),
)
_PACKAGES_NOT_NEEDED = ("org.apache.hadoop:hadoop-aws", "com.amazonaws:aws-java-sdk", "software.amazon.awssdk")


class UsageError(Exception):
    """The command line is wrong; the message says what and what is right."""


@dataclass
class Submission:
    """A job for Spark."""

    application: str = ""
    arguments: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    py_files: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    jvm_options: list[str] = field(default_factory=list)

    @property
    def needs_own_jvm(self) -> bool:
        """Whether the job cannot attach to the shared JVM."""
        is_python = self.application.endswith(".py")
        return bool(self.jvm_options) or not is_python or self.settings.get(conf.MODE) == "cold"


def parse(arguments: list[str]) -> Submission:
    """Read spark-submit's arguments. UsageError for an unknown option or a missing application."""
    submission = Submission()
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("-"):
            submission.application = argument
            submission.arguments = list(rest)
            return submission
        if argument not in _IGNORED_FLAGS:
            name, value = _option(argument, rest)
            _apply(submission, name, value)
    raise UsageError("the application is missing: spark-submit [options] <app.py | app.jar> [arguments]")


def _option(argument: str, rest: Iterator[str]) -> tuple[str, str]:
    name, equals, value = argument.partition("=")
    if equals:
        return name, value
    try:
        return name, next(rest)
    except StopIteration:
        raise UsageError(f"{name} needs a value") from None


def _apply(submission: Submission, name: str, value: str) -> None:
    if name in ("--conf", "-c"):
        _set(submission, value)
    elif name == "--name":
        submission.settings["spark.app.name"] = value
    elif name == "--properties-file":
        _read_properties(submission, value)
    elif name == "--py-files":
        submission.py_files += value.split(",")
    elif name == "--files":
        submission.files += value.split(",")
    elif name in _JVM_OPTIONS:
        submission.jvm_options += _jvm_option(name, value)
    elif name not in _IGNORED:
        raise UsageError(f"{name} is not an option of spark-submit, or not one that the local cloud knows")


def _jvm_option(name: str, value: str) -> list[str]:
    if name != "--packages":
        return [name, value]
    packages = [package for package in value.split(",") if not package.startswith(_PACKAGES_NOT_NEEDED)]
    return [name, ",".join(packages)] if packages else []


def _set(submission: Submission, setting: str) -> None:
    name, equals, value = setting.partition("=")
    if not equals:
        raise UsageError(f"--conf wants name=value, not {setting!r}")
    if not conf.is_cluster_setting(name):
        submission.settings[name] = value


def _read_properties(submission: Submission, path: str) -> None:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UsageError(f"--properties-file {path}: {error.strerror}") from None
    for line in lines:
        name, _, value = line.strip().replace("=", " ", 1).partition(" ")
        if name.startswith("spark."):
            _set(submission, f"{name}={value.strip()}")
