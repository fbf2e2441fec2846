"""Steps in the shared Spark JVM, and one in a JVM of its own."""

from __future__ import annotations

import os
import signal
import zipfile
from pathlib import Path

import pytest
from cloud import BUCKET, Cloud, is_alive, step, wait_for

PREAMBLE = """
import os, sys, time
from pyspark.sql import SparkSession
spark = SparkSession.builder.appName("test").getOrCreate()
"""
FOREVER = PREAMBLE + "spark.sparkContext.parallelize(range(2), 2).foreach(lambda _: __import__('time').sleep(600))"


def submit(cloud: Cloud, cluster: str, code: str, *options: str, name: str = "job.py") -> tuple[str, dict]:
    script = cloud.put(f"code/{name}", PREAMBLE + code)
    return cloud.run(cluster, "spark-submit", *options, script)


def output_of(cloud: Cloud, cluster: str, code: str, *options: str) -> str:
    step_id, status = submit(cloud, cluster, code, *options)
    assert status["State"] == "COMPLETED", status
    return cloud.log(cluster, step_id)


def test_spark_reads_what_the_api_put_and_the_other_way(cloud: Cloud, cluster: str) -> None:
    cloud.put("people/a.csv", "name,age\nann,30\nbob,40\n")
    cloud.put("people/b.csv", "name,age\ncy,50\n")
    code = f"""
df = spark.read.csv("s3://{BUCKET}/people", header=True, inferSchema=True)
df.write.mode("overwrite").partitionBy("age").json("s3a://{BUCKET}/people_json")
print(spark.read.json("s3n://{BUCKET}/people_json").count())
"""
    assert output_of(cloud, cluster, code) == "3\n"
    keys = cloud.keys("people_json/")
    assert keys[0] == "people_json/_SUCCESS"
    assert [key.split("/")[1] for key in keys[1:]] == ["age=30", "age=40", "age=50"]
    assert cloud.get(keys[1]) == b'{"name":"ann"}\n'


def test_a_bucket_made_after_the_jvm_and_one_that_is_missing(cloud: Cloud, cluster: str) -> None:
    cloud.s3.create_bucket(Bucket="made-later")
    cloud.put("x.txt", "line", bucket="made-later")
    assert output_of(cloud, cluster, 'print(spark.read.text("s3://made-later/").count())') == "1\n"
    step_id, status = submit(cloud, cluster, 'spark.read.text("s3://no-such-bucket/x").count()')
    assert status["State"] == "FAILED"
    assert "NoSuchBucket: the bucket no-such-bucket does not exist" in cloud.log(cluster, step_id, "stderr")


def test_spark_does_not_leave_the_buckets(cloud: Cloud, cluster: str) -> None:
    step_id, status = submit(cloud, cluster, f'spark.read.text("s3://{BUCKET}/../../spark.log").show()')
    assert status["State"] == "FAILED"
    assert "may not contain '..'" in cloud.log(cluster, step_id, "stderr")


def test_an_object_appears_whole_when_its_stream_is_closed(cloud: Cloud, cluster: str) -> None:
    code = f"""
jvm = spark._jvm
path = jvm.org.apache.hadoop.fs.Path("s3://{BUCKET}/stream/out")
stream = path.getFileSystem(spark._jsc.hadoopConfiguration()).create(path)
stream.write(bytearray(b"half")); stream.hflush()
print(os.listdir(os.environ["LOCALCLOUD_S3_ROOT"] + "/{BUCKET}/stream")[0][:8])
print(path.getFileSystem(spark._jsc.hadoopConfiguration()).exists(path))
stream.write(bytearray(b" and half")); stream.close()
"""
    assert output_of(cloud, cluster, code) == ".localcl\nFalse\n"
    assert cloud.keys("stream/") == ["stream/out"]
    assert cloud.get("stream/out") == b"half and half"


def test_settings_of_the_job_count_and_those_of_the_cluster_do_not(cloud: Cloud, cluster: str) -> None:
    options = (
        *("--master", "yarn", "--deploy-mode", "cluster", "--executor-memory", "64g", "--num-executors=99"),
        *("--conf", "spark.sql.shuffle.partitions=7", "--conf", "spark.executor.memory=64g"),
        *("-c", "spark.my.own=x y", "--name", "mine", "--conf", "spark.hadoop.my.hadoop=z"),
    )
    code = """
print(spark.conf.get("spark.sql.shuffle.partitions"), spark.conf.get("spark.my.own"))
print(spark.range(9).groupBy("id").count().rdd.getNumPartitions() <= 7)
print(spark._jsparkSession.sessionState().newHadoopConf().get("my.hadoop"))
print(spark.sparkContext.getConf().get("spark.app.name"))
"""
    assert output_of(cloud, cluster, code, *options) == "7 x y\nTrue\nz\nmine\n"
    assert output_of(cloud, cluster, 'print(spark.conf.get("spark.sql.shuffle.partitions"))') == "4\n"
    code = 'print(spark.conf.get("spark.my.own", "-"), spark.sparkContext.getConf().get("spark.my.own"))'
    assert output_of(cloud, cluster, code) == "- None\n"


def test_a_setting_that_only_a_new_jvm_could_take_is_named(cloud: Cloud, cluster: str) -> None:
    step_id, status = submit(cloud, cluster, "print(1)", "--conf", "spark.serializer=x.Y")
    assert status["State"] == "COMPLETED"
    assert "Ignored, as they belong to the shared Spark JVM: spark.serializer" in cloud.log(cluster, step_id, "stderr")


def test_files_and_py_files(cloud: Cloud, cluster: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "lib.zip", "w") as archive:
        archive.writestr("packed/__init__.py", "def add(x): return x + 1")
    cloud.put("code/lib.zip", (tmp_path / "lib.zip").read_bytes())
    cloud.put("code/single.py", "def double(x): return x * 2")
    cloud.put("code/settings.json", "{}")
    code = """
from packed import add
from single import double
from pyspark.sql.functions import udf
both = udf(lambda x: double(add(x)), "long")
print([row[0] for row in spark.range(3).select(both("id")).collect()])
print(open("settings.json").read(), os.path.exists("s.j"))
"""
    options = ("--py-files", f"s3://{BUCKET}/code/lib.zip,s3://{BUCKET}/code/single.py")
    files = f"s3://{BUCKET}/code/settings.json,s3://{BUCKET}/code/settings.json#s.j"
    assert output_of(cloud, cluster, code, *options, "--files", files) == "[2, 4, 6]\n{} True\n"


def test_two_steps_at_once_keep_their_views_and_stop_harms_nobody(cloud: Cloud, cluster: str) -> None:
    code = """
me, other = sys.argv[1:]
spark.range(int(me)).createOrReplaceTempView("numbers")
open(os.path.expanduser(f"~/{me}"), "w").close()
while not os.path.exists(os.path.expanduser(f"~/{other}")):
    time.sleep(0.05)
print(spark.sql("SELECT count(*) FROM numbers").first()[0])
spark.stop()
spark.sparkContext.stop()
print(SparkSession.builder.getOrCreate().range(3).count())
"""
    script = cloud.put("code/two.py", PREAMBLE + code)
    jobs = [step("spark-submit", script, "11", "22"), step("spark-submit", script, "22", "11")]
    first, second = cloud.add(cluster, *jobs)
    assert [cloud.wait_step(cluster, item)["State"] for item in (first, second)] == ["COMPLETED"] * 2
    assert (cloud.log(cluster, first), cloud.log(cluster, second)) == ("11\n3\n", "22\n3\n")
    assert (
        output_of(cloud, cluster, 'print([t.name for t in spark.catalog.listTables() if t.name == "numbers"])')
        == "[]\n"
    )


@pytest.mark.parametrize(
    ("code", "reason", "text"),
    [
        ("sys.exit(3)", "exit status 3", ""),
        ("sys.exit('out of data')", "exit status 1", "out of data"),
        ("def broken():\n    raise ValueError('bad row')\nbroken()", "exit status 1", "ValueError: bad row"),
        ("spark.sql('SELECT nothing')", "exit status 1", "UNRESOLVED_COLUMN"),
        ("os.kill(os.getpid(), 9)", "killed by signal 9", ""),
        ("import no_such_module", "exit status 1", "No module named 'no_such_module'"),
        ("syntax error", "exit status 1", "SyntaxError"),
    ],
)
def test_code_that_fails(cloud: Cloud, cluster: str, code: str, reason: str, text: str) -> None:
    step_id, status = submit(cloud, cluster, code)
    assert status["State"] == "FAILED"
    assert status["FailureDetails"]["Reason"] == reason
    assert text in status["FailureDetails"]["Message"]
    assert "attach.py" not in cloud.log(cluster, step_id, "stderr")


def test_a_failing_udf_shows_its_own_traceback(cloud: Cloud, cluster: str) -> None:
    code = """
from pyspark.sql.functions import udf
def divide(x):
    return 1 // (x - 2)
spark.range(5).select(udf(divide, "long")("id")).collect()
"""
    step_id, status = submit(cloud, cluster, code)
    assert status["State"] == "FAILED"
    log = cloud.log(cluster, step_id, "stderr")
    assert "ZeroDivisionError" in log
    assert "return 1 // (x - 2)" in log or "in divide" in log


def test_spark_sql(cloud: Cloud, cluster: str) -> None:
    cloud.put("code/report.sql", "-- a report\nSELECT '${day}' AS d, 'a;b' AS s, NULL, true; /* ; */ SELECT 2;\n")
    options = ("--conf", "spark.sql.ansi.enabled=true", "-f", f"s3://{BUCKET}/code/report.sql", "-d", "day=2024-01-01")
    step_id, status = cloud.run(cluster, "spark-sql", *options)
    assert status["State"] == "COMPLETED", status
    assert cloud.log(cluster, step_id) == "2024-01-01\ta;b\tNULL\ttrue\n2\n"
    assert cloud.run(cluster, "spark-sql", "-e", "SELECT nothing")[1]["State"] == "FAILED"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "the application is missing"),
        (("--no-such-option", "x", "job.py"), "--no-such-option is not an option of spark-submit"),
        (("--conf", "novalue", "job.py"), "--conf wants name=value"),
        (("--conf",), "--conf needs a value"),
        ((f"s3://{BUCKET}/code/none.py",), f"s3://{BUCKET}/code/none.py does not exist"),
    ],
)
def test_a_wrong_command_line(cloud: Cloud, cluster: str, arguments: tuple[str, ...], message: str) -> None:
    _, status = cloud.run(cluster, "spark-submit", *arguments)
    assert status["FailureDetails"]["Reason"] == "exit status 2"
    assert message in status["FailureDetails"]["Message"]
    assert "Traceback" not in status["FailureDetails"]["Message"]


def test_cold_spark_submit(cloud: Cloud, cluster: str) -> None:
    code = f"""
spark.range(4).write.mode("overwrite").csv("s3://{BUCKET}/cold")
print(spark._jvm.ProcessHandle.current().pid(), spark.conf.get("spark.sql.shuffle.partitions"))
"""
    options = ("--conf", "spark.localcloud.mode=cold", "--conf", "spark.sql.shuffle.partitions=9", "--master", "yarn")
    pid, partitions = output_of(cloud, cluster, code, *options).split()
    assert int(pid) != cloud.status()["spark"]["pid"]
    assert partitions == "9"
    assert sorted(line for key in cloud.keys("cold/part") for line in cloud.get(key).split()) == [
        b"0",
        b"1",
        b"2",
        b"3",
    ]


def active_jobs(cloud: Cloud, cluster: str) -> str:
    return output_of(cloud, cluster, "print(list(spark.sparkContext.statusTracker().getActiveJobsIds()))").strip()


def test_the_spark_jobs_of_a_killed_step_are_cancelled(cloud: Cloud, cluster: str) -> None:
    script = cloud.put("code/forever.py", FOREVER)
    (step_id,) = cloud.add(cluster, step("spark-submit", script))
    pid = cloud.pid_of(step_id)
    wait_for("its Spark job to run", lambda: active_jobs(cloud, cluster) != "[]", 20)
    os.kill(pid, signal.SIGKILL)
    status = cloud.wait_step(cluster, step_id, seconds=20)
    assert (status["State"], status["FailureDetails"]["Reason"]) == ("FAILED", "killed by signal 9")
    wait_for("its Spark job to be cancelled", lambda: active_jobs(cloud, cluster) == "[]", 20)


def test_a_jvm_that_dies_fails_its_step_and_is_replaced(cloud: Cloud, cluster: str) -> None:
    script = cloud.put("code/forever.py", FOREVER)
    (step_id,) = cloud.add(cluster, step("spark-submit", script))
    wait_for("its Spark job to run", lambda: active_jobs(cloud, cluster) != "[]", 20)
    jvm = cloud.status()["spark"]["pid"]
    os.kill(jvm, signal.SIGKILL)
    status = cloud.wait_step(cluster, step_id, seconds=20)
    assert status["State"] == "FAILED"
    assert "The shared Spark JVM ended while this step ran" in status["FailureDetails"]["Message"]
    assert cloud.status()["spark"]["state"] == "dead"
    assert output_of(cloud, cluster, "print(spark.range(2).count())") == "2\n"
    spark = cloud.status()["spark"]
    assert spark["state"] == "ready"
    assert spark["pid"] != jvm
    assert not is_alive(jvm)
