"""Glue jobs: what a script is given, how a run ends, what it leaves to read."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud, is_alive, wait_for
from glue_cloud import Glue


@pytest.fixture(scope="module")
def glue(cloud: Cloud) -> Glue:
    return Glue(cloud)


def test_a_python_shell_job(glue: Glue) -> None:
    job = glue.job("shell", "import sys; print('out', sys.argv[1:]); print('err', file=sys.stderr)")
    run = glue.finish(job, day="2024-01-01")
    assert run["JobRunState"] == "SUCCEEDED"
    assert run["Attempt"] == 0
    assert run["CompletedOn"] >= run["StartedOn"]
    assert "ErrorMessage" not in run
    assert glue.log(run) == [f"out ['--JOB_NAME', 'shell', '--JOB_RUN_ID', '{run['Id']}', '--day', '2024-01-01']"]
    assert glue.log(run, "error") == ["err"]


def test_arguments_of_the_run_go_before_those_of_the_job(glue: Glue) -> None:
    text = """
        import sys
        from awsglue.utils import getResolvedOptions
        args = getResolvedOptions(sys.argv, ["JOB_NAME", "one", "two"])
        print(args["JOB_NAME"], args["one"], args["two"], args["TempDir"], "--conf" in sys.argv)
    """
    defaults = {"--one": "a", "--two": "b", "--TempDir": "s3://lake/tmp", "--conf": "spark.x=1"}
    job = glue.job("merged", text, DefaultArguments=defaults, NonOverridableArguments={"--two": "fixed"})
    run = glue.finish(job, one="given", two="tried")
    assert glue.log(run) == ["merged given fixed s3://lake/tmp False"]


def test_a_run_may_have_a_script_of_its_own(glue: Glue, cloud: Cloud) -> None:
    job = glue.job("versions", "print('first')")
    second = cloud.put("glue/second.py", "print('second')")
    assert glue.log(glue.finish(job, scriptLocation=second)) == ["second"]
    assert glue.log(glue.finish(job)) == ["first"]


def test_the_modules_of_extra_py_files(glue: Glue, cloud: Cloud) -> None:
    module = cloud.put("glue/helper_module.py", "WORD = 'helped'")
    shell = glue.job("helped-shell", "from helper_module import WORD; print(WORD)")
    spark = glue.job("helped-spark", "from helper_module import WORD; print(WORD)", "glueetl")
    runs = [glue.client.start_job_run(JobName=job, Arguments={"--extra-py-files": module}) for job in (shell, spark)]
    ended = [glue.wait(job, run["JobRunId"]) for job, run in zip((shell, spark), runs, strict=True)]
    assert [glue.log(run) for run in ended] == [["helped"], ["helped"]]


def test_spark_settings(glue: Glue) -> None:
    job = glue.job(
        "settings",
        """
        from pyspark.sql import SparkSession
        conf = SparkSession.builder.getOrCreate().conf
        print(conf.get("spark.sql.shuffle.partitions"), conf.get("spark.sql.session.timeZone"))
        """,
        "glueetl",
        DefaultArguments={"--conf": "spark.sql.shuffle.partitions=7 --conf spark.sql.session.timeZone=Asia/Tokyo"},
    )
    assert glue.log(glue.finish(job)) == ["7 Asia/Tokyo"]


def test_what_is_ignored_is_told(glue: Glue) -> None:
    arguments = {
        "--additional-python-modules": "nice==1",
        "--enable-glue-datacatalog": "true",
        "--enable-metrics": "true",
        "--job-bookmark-option": "job-bookmark-enable",
    }
    run = glue.finish(glue.job("ignored", "", DefaultArguments=arguments))
    assert run["JobRunState"] == "SUCCEEDED"
    modules, catalog, bookmarks = glue.log(run, "error")
    assert modules.startswith("--additional-python-modules is ignored by the local Glue")
    assert catalog.startswith("--enable-glue-datacatalog is ignored by the local Glue")
    assert bookmarks.endswith("each run reads all of its input")


@pytest.mark.parametrize(
    ("name", "kind", "arguments", "message"),
    [
        ("jars", "glueetl", {"--extra-jars": "s3://lake/a.jar"}, "--extra-jars works on AWS Glue only"),
        ("scala", "glueetl", {"--job-language": "scala"}, "Scala jobs work on AWS Glue only"),
        ("ray", "glueray", {}, "glueray jobs work on AWS Glue only"),
    ],
)
def test_what_is_not_there_fails_with_its_name(
    glue: Glue, name: str, kind: str, arguments: dict[str, str], message: str
) -> None:
    run = glue.finish(glue.job(name, "", kind, DefaultArguments=arguments))
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"].startswith(message)
    assert glue.log(run, "error") == [run["ErrorMessage"]]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("value", "raise ValueError('no fares')", "ValueError: no fares"),
        ("chained", "try:\n  1 / 0\nexcept Exception as e:\n  raise KeyError('k') from e", "KeyError: 'k'"),
        ("exit", "raise SystemExit(3)", "Command failed with exit code 3"),
        ("syntax", "def (", "SyntaxError: invalid syntax"),
        ("killed", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "exit code 137 (killed by signal 9)"),
    ],
)
def test_how_a_run_fails(glue: Glue, name: str, text: str, message: str) -> None:
    run = glue.finish(glue.job(f"fails-{name}", text))
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"].endswith(message)


def test_an_error_of_spark_is_named_without_its_modules(glue: Glue) -> None:
    text = "from pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate().read.parquet('s3://lake/none')"
    run = glue.finish(glue.job("no-path", text, "glueetl"))
    assert run["ErrorMessage"].startswith("AnalysisException: [PATH_NOT_FOUND]")


def test_a_script_that_is_not_there(glue: Glue) -> None:
    command = {"Name": "glueetl", "ScriptLocation": "s3://lake/glue/none.py"}
    glue.client.create_job(Name="no-script", Role="glue", Command=command)
    run = glue.finish("no-script")
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == (
        "LAUNCH ERROR | Error downloading from S3 for bucket: lake, key: glue/none.py."
        "The specified key does not exist. Please refer logs for details."
    )


@pytest.mark.parametrize("argument", ["--scriptLocation", "--extra-py-files", "--extra-files"])
def test_files_of_this_machine_are_refused_and_left_alone(glue: Glue, tmp_path: Path, argument: str) -> None:
    own = tmp_path / "notes"
    own.write_text("print('mine')")
    run = glue.finish(glue.job(f"own{argument}", ""), **{argument.removeprefix("--"): str(own)})
    assert run["ErrorMessage"].startswith(f'LAUNCH ERROR | "{own}" is no S3 path')
    assert list(tmp_path.iterdir()) == [own]


@pytest.mark.parametrize("kind", ["glueetl", "pythonshell"])
def test_a_module_that_is_not_there(glue: Glue, kind: str) -> None:
    missing = {"--extra-py-files": "s3://lake/glue/gone.py"}
    run = glue.finish(glue.job(f"no-module-{kind}", "", kind, DefaultArguments=missing))
    assert run["ErrorMessage"] == "LAUNCH ERROR | s3://lake/glue/gone.py does not exist"


def test_the_log_can_be_read_while_the_job_runs(glue: Glue) -> None:
    job = glue.job("chatty", "import time; print('begun', flush=True); time.sleep(60)")
    run_id = glue.start(job)
    run = glue.wait(job, run_id, "RUNNING")
    wait_for("the first line", lambda: glue.log(run) == ["begun"])
    assert glue.run(job, run_id)["JobRunState"] == "RUNNING"
    glue.client.batch_stop_job_run(JobName=job, JobRunIds=[run_id])


def test_stop(glue: Glue) -> None:
    job = glue.job("stopped", "import subprocess; subprocess.run(['sleep', '60'])")
    run_id = glue.start(job)
    pid = glue.pid(run_id)
    answer = glue.client.batch_stop_job_run(JobName=job, JobRunIds=[run_id, "jr_none"])
    assert [one["JobRunId"] for one in answer["SuccessfulSubmissions"]] == [run_id]
    assert answer["Errors"][0]["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
    run = glue.wait(job, run_id)
    assert run["JobRunState"] == "STOPPED"
    assert "ErrorMessage" not in run
    assert not is_alive(pid)
    again = glue.client.batch_stop_job_run(JobName=job, JobRunIds=[run_id])
    assert again["Errors"][0]["ErrorDetail"]["ErrorMessage"] == f"Job run {run_id} is STOPPED."


def test_a_killed_process_is_a_failed_run(glue: Glue) -> None:
    job = glue.job("shot", "import time; time.sleep(60)")
    run_id = glue.start(job)
    os.kill(glue.pid(run_id), signal.SIGKILL)
    run = glue.wait(job, run_id)
    assert (run["JobRunState"], run["ErrorMessage"]) == (
        "FAILED",
        "Command failed with exit code 137 (killed by signal 9)",
    )


def test_concurrent_runs(glue: Glue) -> None:
    job = glue.job("two", "import time; time.sleep(60)", ExecutionProperty={"MaxConcurrentRuns": 2})
    runs = [glue.start(job), glue.start(job)]
    with pytest.raises(glue.client.exceptions.ConcurrentRunsExceededException):
        glue.start(job)
    glue.client.batch_stop_job_run(JobName=job, JobRunIds=runs)
    for run_id in runs:
        glue.wait(job, run_id, "STOPPED")
    assert [run["Id"] for run in glue.client.get_job_runs(JobName=job)["JobRuns"]] == runs[::-1]


def test_max_retries_makes_new_runs(glue: Glue) -> None:
    job = glue.job("retried", "raise ValueError('again')", MaxRetries=2)
    first = glue.start(job)
    last = wait_for("the last attempt", lambda: _ended(glue, job, 3))
    assert [run["Attempt"] for run in last] == [2, 1, 0]
    assert [run["Id"] for run in last] == [f"{first}_attempt_2", f"{first}_attempt_1", first]
    assert last[0]["PreviousRunId"] == f"{first}_attempt_1"
    assert {run["JobRunState"] for run in last} == {"FAILED"}


def _ended(glue: Glue, job: str, number: int) -> list[dict[str, Any]] | None:
    runs = glue.client.get_job_runs(JobName=job)["JobRuns"]
    return runs if len(runs) == number and all("CompletedOn" in run for run in runs) else None


def test_the_same_job_again(glue: Glue) -> None:
    glue.job("twice", "print(1)")
    glue.job("twice", "print(1)")
    with pytest.raises(glue.client.exceptions.IdempotentParameterMismatchException):
        glue.job("twice", "print(1)", Timeout=5)


def test_update_replaces_the_definition_and_keeps_the_runs(glue: Glue, cloud: Cloud) -> None:
    job = glue.job("updated", "print('old')", Description="old", Tags={"team": "taxi"})
    first = glue.finish(job)["Id"]
    command = {"Name": "pythonshell", "ScriptLocation": cloud.put("glue/new.py", "print('new')")}
    glue.client.update_job(JobName=job, JobUpdate={"Role": "glue", "Command": command, "Timeout": 9})
    shown = glue.client.get_job(JobName=job)["Job"]
    assert (shown["Timeout"], shown.get("Description")) == (9, None)
    run = glue.finish(job)
    assert glue.log(run) == ["new"]
    assert run["Timeout"] == 9
    assert [one["Id"] for one in glue.client.get_job_runs(JobName=job)["JobRuns"]] == [run["Id"], first]
    arn = f"arn:aws:glue:us-east-1:123456789012:job/{job}"
    assert glue.client.get_tags(ResourceArn=arn)["Tags"] == {"team": "taxi"}


def test_unknown_names(glue: Glue) -> None:
    missing = glue.client.exceptions.EntityNotFoundException
    with pytest.raises(missing):
        glue.start("nobody")
    with pytest.raises(missing):
        glue.client.update_job(JobName="nobody", JobUpdate={"Role": "glue"})
    with pytest.raises(missing):
        glue.client.batch_stop_job_run(JobName="nobody", JobRunIds=["jr_1"])
    with pytest.raises(missing):
        glue.client.get_job_bookmark(JobName="nobody")
    glue.client.delete_job(JobName="nobody")  # as in AWS, no error


def test_bookmarks_are_accepted(glue: Glue) -> None:
    job = glue.job("marked", "")
    glue.finish(job)
    assert glue.client.get_job_bookmark(JobName=job)["JobBookmarkEntry"]["Run"] == 1
    assert glue.client.reset_job_bookmark(JobName=job)["JobBookmarkEntry"]["JobName"] == job


def test_deleting_a_job_ends_its_run(glue: Glue) -> None:
    job = glue.job("deleted", "import time; time.sleep(60)")
    pid = glue.pid(glue.start(job))
    glue.client.delete_job(JobName=job)
    wait_for("the run's process to end", lambda: not is_alive(pid))


def test_a_stopped_spark_job_ends_in_the_shared_jvm_too(glue: Glue) -> None:
    text = """
        import time
        from pyspark.sql import SparkSession
        sc = SparkSession.builder.getOrCreate().sparkContext
        sc.parallelize(range(2), 2).foreach(lambda _: time.sleep(60))
    """
    job = glue.job("slow-spark", text, "glueetl")
    run_id = glue.start(job)
    glue.wait(job, run_id, "RUNNING")
    began = time.monotonic()
    wait_for("Spark's Python workers", lambda: len(glue.cloud.pids_of_job(run_id)) > 1)
    glue.client.batch_stop_job_run(JobName=job, JobRunIds=[run_id])
    assert glue.wait(job, run_id)["JobRunState"] == "STOPPED"
    wait_for("its workers to end", lambda: not glue.cloud.pids_of_job(run_id))
    assert time.monotonic() - began < 50
