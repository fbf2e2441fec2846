"""What a job run means on this machine: a program, its arguments, and what of the job has no meaning here."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from localcloud.glue.model import PYTHON_SHELL, LocalJob, LocalJobRun
from localcloud.s3.fetch import FetchError, fetch

LIB = Path(__file__).parent / "lib"
_SPARK = "glueetl"
# Glue takes these for itself: a script does not see them
_FOR_GLUE = (
    *("--additional-python-modules", "--class", "--conf", "--continuous-log-conversionPattern"),
    *("--continuous-log-logGroup", "--continuous-log-logStreamPrefix", "--customer-driver-env-vars"),
    *("--customer-executor-env-vars", "--datalake-formats", "--enable-auto-scaling"),
    *("--enable-continuous-cloudwatch-log", "--enable-continuous-log-filter", "--enable-glue-datacatalog"),
    *("--enable-job-insights", "--enable-metrics", "--enable-observability-metrics"),
    *("--enable-s3-parquet-optimized-committer", "--enable-spark-ui", "--executor-cores", "--extra-files"),
    *("--extra-jars", "--extra-py-files", "--job-language", "--python-modules-installer-option"),
    *("--scriptLocation", "--spark-event-logs-path", "--user-jars-first"),
)
_REFUSED = ("--extra-jars", "--class")
_S3 = ("s3://", "s3a://", "s3n://")
_IGNORED = {
    "--additional-python-modules": "scripts import what is installed beside the local cloud",
    "--customer-driver-env-vars": "no variables are set",
    "--customer-executor-env-vars": "no variables are set",
    "--datalake-formats": "Hudi, Delta and Iceberg are not there",
    "--enable-glue-datacatalog": "Spark SQL sees no tables of the Data Catalog; use from_catalog",
}
_BOOKMARKS = "--job-bookmark-option job-bookmark-enable is accepted, but each run reads all of its input"


class LaunchError(Exception):
    """The run cannot start; the message becomes its ErrorMessage."""


@dataclass(frozen=True)
class Launch:
    """A program to run, its environment beyond the usual, and lines for the error log."""

    argv: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def prepare(job: LocalJob, run: LocalJobRun, s3: Path, folder: Path) -> Launch:
    """Bring the script of a run into its folder and say how to run it. LaunchError if that cannot be."""
    arguments = {name: str(value) for name, value in (run.arguments or {}).items()}
    kind = job.command.get("Name")
    _refuse_unsupported(kind, arguments)
    location = arguments.get("--scriptLocation") or job.command.get("ScriptLocation") or ""
    _refuse_other_paths(location, *_uris(arguments, "--extra-py-files"), *_uris(arguments, "--extra-files"))
    script = _script(location, s3, folder)
    own = _own_arguments(job, run, arguments)
    if kind == PYTHON_SHELL:
        return _python_shell(script, own, arguments, s3)
    return Launch([*_spark_submit(job.name, arguments), str(script), *own], notes=_notes(arguments))


def _refuse_unsupported(kind: object, arguments: dict[str, str]) -> None:
    if kind not in (_SPARK, PYTHON_SHELL):
        raise LaunchError(f"{kind} jobs work on AWS Glue only: the local Glue runs {_SPARK} and {PYTHON_SHELL}")
    if arguments.get("--job-language", "python") != "python":
        raise LaunchError("Scala jobs work on AWS Glue only: the local Glue runs Python")
    for name in _REFUSED:
        if arguments.get(name):
            raise LaunchError(f"{name} works on AWS Glue only: the local Glue runs Python with Spark's own jars")


def _refuse_other_paths(*paths: str) -> None:
    """Glue reads S3 only, and a script may get another name: that must be a copy, never a user's own file."""
    for path in paths:
        if not path.startswith(_S3):
            raise LaunchError(f'LAUNCH ERROR | "{path}" is no S3 path: scripts, modules and files come from S3 only')


def _script(location: str, s3: Path, folder: Path) -> Path:
    try:
        file = fetch(location, s3, folder)
    except FetchError:
        parts = urlsplit(location)
        message = f"Error downloading from S3 for bucket: {parts.netloc}, key: {parts.path.lstrip('/')}."
        raise LaunchError(
            f"LAUNCH ERROR | {message}The specified key does not exist. Please refer logs for details."
        ) from None
    if file.suffix == ".py":
        return file
    return file.rename(file.with_name(f"{file.name}.py"))  # spark-submit takes anything else for a jar


def _own_arguments(job: LocalJob, run: LocalJobRun, arguments: dict[str, str]) -> list[str]:
    given = {"--JOB_NAME": job.name, "--JOB_RUN_ID": run.job_run_id, **arguments}
    return [part for name, value in given.items() if name not in _FOR_GLUE for part in (name, value)]


def _spark_submit(name: str, arguments: dict[str, str]) -> list[str]:
    argv = ["spark-submit", "--name", name]
    # several settings are written as "a=1 --conf b=2"
    for setting in arguments.get("--conf", "").split("--conf"):
        if setting.strip():
            argv += ["--conf", setting.strip()]
    argv += ["--py-files", ",".join([str(LIB), *_uris(arguments, "--extra-py-files")])]
    files = _uris(arguments, "--extra-files")
    return [*argv, "--files", ",".join(files)] if files else argv


def _python_shell(script: Path, own: list[str], arguments: dict[str, str], s3: Path) -> Launch:
    modules = script.parent / "py-files"
    try:
        brought = [fetch(uri, s3, modules) for uri in _uris(arguments, "--extra-py-files")]
        for uri in _uris(arguments, "--extra-files"):
            fetch(uri, s3, script.parent)
    except FetchError as error:
        raise LaunchError(f"LAUNCH ERROR | {error}") from None
    archives = [str(file) for file in brought if file.suffix != ".py"]
    path = ":".join([str(LIB), str(modules), *archives])
    return Launch([sys.executable, str(script), *own], {"PYTHONPATH": path}, _notes(arguments))


def _uris(arguments: dict[str, str], name: str) -> list[str]:
    return [uri.strip() for uri in arguments.get(name, "").split(",") if uri.strip()]


def _notes(arguments: dict[str, str]) -> list[str]:
    notes = [f"{name} is ignored by the local Glue: {why}" for name, why in _IGNORED.items() if _is_on(arguments, name)]
    enabled = arguments.get("--job-bookmark-option") == "job-bookmark-enable"
    return [*notes, _BOOKMARKS] if enabled else notes


def _is_on(arguments: dict[str, Any], name: str) -> bool:
    return name in arguments and arguments[name] != "false"
