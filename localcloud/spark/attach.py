"""Run a PySpark script in this process, with a session of its own in the shared Spark JVM."""

from __future__ import annotations

import os
import runpy
import socket
import sys
import threading
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any


@dataclass(frozen=True)
class Attachment:
    """The JVM to attach to and what the job brings along."""

    port: int
    secret: str
    job_group: str
    settings: dict[str, str]
    python_path: list[str] = field(default_factory=list)
    spark_log: str = ""


def run_script(attachment: Attachment, script: Path, arguments: list[str]) -> None:
    """Run the script as `__main__`; what it raises, SystemExit included, comes through."""
    _attach(attachment)
    sys.argv = [str(script), *arguments]
    sys.path[:0] = [str(script.parent), *attachment.python_path]
    try:
        runpy.run_path(str(script), run_name="__main__")
    except Exception as error:
        _print_traceback(error, script)
        if not _listens(attachment.port):
            print(f"The shared Spark JVM ended while this step ran, see {attachment.spark_log}", file=sys.stderr)
        sys.exit(1)


def _attach(attachment: Attachment) -> None:
    """Make this process's SparkContext and SparkSession stand for the shared JVM."""
    os.environ["PYSPARK_GATEWAY_PORT"] = str(attachment.port)
    os.environ["PYSPARK_GATEWAY_SECRET"] = attachment.secret
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    gateway = launch_gateway()
    jvm: Any = gateway.jvm
    jvm_context = jvm.JavaSparkContext.fromSparkContext(jvm.org.apache.spark.SparkContext.getOrCreate())
    spark_conf = SparkConf(_jconf=jvm_context.getConf())
    context = SparkContext(gateway=gateway, jsc=jvm_context, conf=spark_conf)
    context._conf = SparkConf(_jconf=jvm_context.getConf())  # a copy: pyspark has put the JVM's own in
    jvm_session = jvm.org.apache.spark.sql.SparkSession.getDefaultSession().get().newSession()
    # a placeholder, so that pyspark does not make this session the default of the whole JVM
    SparkSession._instantiatedSession = SimpleNamespace(_sc=context)
    session = SparkSession(context, jsparkSession=jvm_session)
    # what getOrCreate() and getActiveSession() give
    SparkSession._instantiatedSession = SparkSession._activeSession = session
    jvm.org.apache.spark.sql.SparkSession.setActiveSession(jvm_session)
    _apply_settings(session, attachment.settings)
    if attachment.python_path:
        # UDFs run in other processes; the marker ends those together with the step
        context.environment["PYTHONPATH"] = os.pathsep.join(attachment.python_path)
        context.environment["LOCALCLOUD_JOB"] = attachment.job_group
    _name_jobs(context, attachment.job_group)
    # the JVM is not the job's to stop
    SparkSession.stop = SparkContext.stop = lambda self: None  # noqa: ARG005


def _apply_settings(session: Any, settings: dict[str, str]) -> None:
    ignored = []
    for name, value in settings.items():
        session.sparkContext._conf.set(name, value)
        try:
            # a session hands its Hadoop settings on without the prefix
            session.conf.set(name.removeprefix("spark.hadoop."), value)
        except Exception:  # Spark raises its own, which needs pyspark to name
            ignored.append(name)
    if ignored := [name for name in ignored if name != "spark.app.name"]:
        print(
            f"Ignored, as they belong to the shared Spark JVM: {', '.join(ignored)}. "
            "Add --conf spark.localcloud.mode=cold to give this job a JVM of its own.",
            file=sys.stderr,
        )


def _name_jobs(context: Any, group: str) -> None:
    """Put all Spark jobs of this process into a group, so that they can be cancelled when it dies."""
    context.setJobGroup(group, group, interruptOnCancel=True)
    run = threading.Thread.run

    def run_in_group(self: threading.Thread) -> None:
        context.setJobGroup(group, group, interruptOnCancel=True)
        run(self)

    threading.Thread.run = run_in_group  # type: ignore[method-assign]


def _print_traceback(error: Exception, script: Path) -> None:
    """The traceback from the script on, without the frames that started it."""
    trace = error.__traceback__
    while trace and trace.tb_frame.f_code.co_filename != str(script):
        trace = trace.tb_next
    sys.stdout.flush()
    traceback.print_exception(type(error), error, trace)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
