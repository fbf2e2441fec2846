"""The programs that a cluster has on its PATH: spark-submit, spark-sql, aws, hadoop fs, s3-dist-cp.

The files of `bin/` run this one: `python commands.py <program> <arguments>`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

sys.path.insert(0, os.environ["LOCALCLOUD_HOME"])

from localcloud.s3.fetch import FetchError, fetch
from localcloud.spark import conf, submit
from localcloud.spark.submit import Submission, UsageError

sys.path.remove(os.environ["LOCALCLOUD_HOME"])

_ROOT = Path(os.environ["LOCALCLOUD_ROOT"])
_S3 = Path(os.environ["LOCALCLOUD_S3_ROOT"])
_SQL_SCRIPT = Path(os.environ["LOCALCLOUD_HOME"]) / "localcloud" / "spark" / "sql_script.py"


class CommandError(Exception):
    """A command cannot do what it was asked for; the message says why."""


def spark_submit(arguments: list[str]) -> None:
    """Run a job in the shared JVM, or in one of its own if it must have one."""
    job = submit.parse(arguments)
    folder = Path.cwd()
    gateway = None if job.needs_own_jvm else _gateway()
    application = fetch(job.application, _S3, folder)
    python_path = [_importable(fetch(uri, _S3, folder / "py-files"), folder) for uri in job.py_files]
    for uri in job.files:
        _bring(uri, folder)
    if gateway is None:
        _submit_cold(job, application, python_path)
    else:
        _submit_warm(job, application, python_path, gateway)


def spark_sql(arguments: list[str]) -> None:
    """Run SQL text by spark-submit's own rules: its options first, then `-e` or `-f`."""
    options, rest = [], list(arguments)
    while rest and rest[0] in ("--conf", "-c", "--master", "--deploy-mode", "--name", "--jars", "--packages"):
        options += [rest.pop(0), *rest[:1]]
        del rest[:1]
    if "-f" in rest[:-1]:
        position = rest.index("-f") + 1
        rest[position] = str(fetch(rest[position], _S3, Path.cwd()))
    spark_submit([*options, str(_SQL_SCRIPT), *rest])


def aws(arguments: list[str]) -> None:
    """The AWS command line, against the local cloud."""
    _become([sys.executable, "-m", "awscli", *arguments])


def hadoop(arguments: list[str]) -> None:
    """`hadoop fs`, `hadoop dfs`, `hdfs dfs`."""
    if not arguments or arguments[0] not in ("fs", "dfs"):
        raise CommandError("the local cloud has `hadoop fs` and `hdfs dfs` only")
    java = Path(os.environ["JAVA_HOME"]) / "bin" / "java"
    classpath = f"{conf.JAR}:{os.environ['SPARK_HOME']}/jars/*:{os.environ['SPARK_CONF_DIR']}"
    options = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"]
    _become([str(java), "-cp", classpath, *options, "org.apache.hadoop.fs.FsShell", *arguments[1:]])


def s3_dist_cp(arguments: list[str]) -> None:
    """Copy all objects below `--src` to `--dest`."""
    given = dict(_dist_cp_options(list(arguments)))
    if set(given) != {"--src", "--dest"}:
        raise CommandError("the local cloud's s3-dist-cp wants --src and --dest, and has no other option")
    aws(["s3", "cp", "--recursive", "--only-show-errors", given["--src"], given["--dest"]])


def _dist_cp_options(arguments: list[str]) -> list[tuple[str, str]]:
    options = []
    while arguments:
        name, equals, value = arguments.pop(0).partition("=")
        if not equals:
            value = arguments.pop(0) if arguments else ""
        options.append((name, value))
    return options


def _gateway() -> dict[str, str] | None:
    """The warm JVM's port and secret, or None if jobs are to run cold. Waits until the JVM is up."""
    url = f"{os.environ['AWS_ENDPOINT_URL']}/_localcloud/spark"
    try:
        with urllib.request.urlopen(url, timeout=300) as answer:  # noqa: S310 - our own server
            gateway: dict[str, str] | None = json.load(answer)
            return gateway
    except urllib.error.HTTPError as error:
        raise CommandError(json.load(error)["error"]) from None


def _submit_warm(job: Submission, application: Path, python_path: list[str], gateway: dict[str, str]) -> None:
    from localcloud.spark.attach import Attachment, run_script

    settings = {name: value for name, value in job.settings.items() if name != conf.MODE}
    attachment = Attachment(
        port=int(gateway["port"]),
        secret=gateway["secret"],
        job_group=os.environ.get("LOCALCLOUD_JOB", "job"),
        settings=settings,
        python_path=python_path,
        spark_log=gateway["log"],
    )
    run_script(attachment, application, job.arguments)


def _submit_cold(job: Submission, application: Path, python_path: list[str]) -> None:
    settings = {**conf.defaults(_ROOT), **job.settings}
    settings.pop(conf.MODE, None)
    os.environ["PYTHONPATH"] = os.pathsep.join(python_path)
    program = Path(os.environ["SPARK_HOME"]) / "bin" / "spark-submit"
    _become([str(program), *conf.as_arguments(settings), *job.jvm_options, str(application), *job.arguments])


def _importable(file: Path, folder: Path) -> str:
    """What to put on Python's path for one of --py-files: an archive or a folder itself, a module's own folder."""
    if file.is_dir() or zipfile.is_zipfile(file):
        return str(file)
    modules = folder / "py-files"
    modules.mkdir(exist_ok=True)
    if file.parent != modules:
        shutil.copy(file, modules)
    return str(modules)


def _bring(uri: str, folder: Path) -> None:
    """Put one of --files into the job's folder; `#name` renames it."""
    source, _, name = uri.partition("#")
    file = fetch(source, _S3, folder)
    target = folder / (name or file.name)
    if file != target:
        shutil.copy(file, target)


def _become(argv: list[str]) -> None:
    sys.stdout.flush()
    os.execv(argv[0], argv)  # noqa: S606 - no shell on purpose


_COMMANDS = {
    "spark-submit": spark_submit,
    "spark-sql": spark_sql,
    "aws": aws,
    "hadoop": hadoop,
    "hdfs": hadoop,
    "s3-dist-cp": s3_dist_cp,
}


def main() -> None:
    """Run the program that the first argument names."""
    name, *arguments = sys.argv[1:]
    try:
        _COMMANDS[name](arguments)
    except (CommandError, FetchError, UsageError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
