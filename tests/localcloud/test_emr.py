"""The life of clusters and steps."""

from __future__ import annotations

import gzip
import json
import time
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from cloud import BUCKET, Cloud, is_alive, step, wait_for

SLEEP = ("bash", "-c", "sleep 60")


def test_a_shell_step_with_its_logs(cloud: Cloud, cluster: str) -> None:
    step_id, status = cloud.run(cluster, "bash", "-c", "echo out; echo err >&2")
    assert status["State"] == "COMPLETED"
    assert status["Timeline"]["StartDateTime"] <= status["Timeline"]["EndDateTime"]
    assert cloud.log(cluster, step_id) == "out\n"
    assert cloud.log(cluster, step_id, "stderr") == "err\n"
    assert "exit status 0" in cloud.log(cluster, step_id, "controller")


def test_a_failed_step_says_why(cloud: Cloud, cluster: str) -> None:
    step_id, status = cloud.run(cluster, "bash", "-c", "echo 'no such thing' >&2; exit 7")
    assert status["State"] == "FAILED"
    assert status["FailureDetails"] == {
        "Reason": "exit status 7",
        "Message": "no such thing",
        "LogFile": f"s3://{BUCKET}/logs/{cluster}/steps/{step_id}/stderr.gz",
    }


def test_the_message_is_the_end_of_a_long_stderr(cloud: Cloud, cluster: str) -> None:
    _, status = cloud.run(cluster, "bash", "-c", "seq 100000 >&2; exit 1")
    message = status["FailureDetails"]["Message"]
    assert message.endswith("\n99999\n100000")
    assert len(message) <= 4000


def test_aws_s3_cp_to_the_home_folder(cloud: Cloud, cluster: str) -> None:
    source = cloud.put("home/in.txt", "carried\n")
    _, copied = cloud.run(cluster, "aws", "s3", "cp", source, "/home/hadoop/")
    assert copied["State"] == "COMPLETED"
    step_id, _ = cloud.run(cluster, "bash", "-c", "cat ~/in.txt /home/hadoop/in.txt")
    assert cloud.log(cluster, step_id) == "carried\ncarried\n"


def test_hadoop_fs_and_s3_dist_cp(cloud: Cloud, cluster: str) -> None:
    cloud.put("tree/a", "1")
    cloud.put("tree/b/c", "2")
    _, status = cloud.run(cluster, "s3-dist-cp", "--src", f"s3://{BUCKET}/tree", f"--dest=s3://{BUCKET}/tree2")
    assert status["State"] == "COMPLETED"
    assert cloud.keys("tree2/") == ["tree2/a", "tree2/b/c"]
    step_id, _ = cloud.run(cluster, "hadoop", "fs", "-cat", f"s3://{BUCKET}/tree2/b/c")
    assert cloud.log(cluster, step_id) == "2"
    _, status = cloud.run(cluster, "hdfs", "dfs", "-cp", f"s3://{BUCKET}/tree/a", f"s3a://{BUCKET}/tree3")
    assert cloud.get("tree3") == b"1"


def test_a_script_from_s3(cloud: Cloud, cluster: str) -> None:
    script = cloud.put("code/greet.sh", 'echo "hello $1"; aws s3 ls s3://lake/code/')
    jar = "s3://us-east-1.elasticmapreduce/libs/script-runner/script-runner.jar"
    step_id, status = cloud.run(cluster, script, "you", jar=jar)
    assert status["State"] == "COMPLETED"
    assert "hello you" in cloud.log(cluster, step_id)
    assert "greet.sh" in cloud.log(cluster, step_id)


@pytest.mark.parametrize(
    ("arguments", "jar", "message"),
    [
        (("hive-script",), "command-runner.jar", "has no program 'hive-script'"),
        ((), "command-runner.jar", "needs a command"),
        ((), "script-runner.jar", "script's path is missing"),
        (("s3://lake/none.sh",), "script-runner.jar", "s3://lake/none.sh does not exist"),
        (("s3://lake/../../../etc/passwd",), "script-runner.jar", "does not exist"),
        (("x",), "s3://lake/my.jar", "does not run the jar 's3://lake/my.jar'"),
        (("hadoop", "jar", "x.jar"), "command-runner.jar", "`hadoop fs` and `hdfs dfs` only"),
        (("s3-dist-cp", "--src", "s3://lake/a"), "command-runner.jar", "wants --src and --dest"),
    ],
)
def test_what_cannot_run_says_so(
    cloud: Cloud, cluster: str, arguments: tuple[str, ...], jar: str, message: str
) -> None:
    _, status = cloud.run(cluster, *arguments, jar=jar)
    assert status["State"] == "FAILED"
    assert message in status["FailureDetails"]["Message"]


def test_continue_goes_on(cloud: Cloud) -> None:
    cluster = cloud.cluster()
    first, second = cloud.add(cluster, step("false"), step("true"))
    assert cloud.wait_step(cluster, second)["State"] == "COMPLETED"
    assert cloud.step_status(cluster, first)["State"] == "FAILED"
    assert cloud.wait_cluster(cluster, "WAITING")


def test_cancel_and_wait_cancels_the_rest(cloud: Cloud) -> None:
    cluster = cloud.cluster()
    first, second, third = cloud.add(cluster, step("false", on_failure="CANCEL_AND_WAIT"), step("true"), step("true"))
    assert cloud.wait_step(cluster, third)["State"] == "CANCELLED"
    assert cloud.states(cluster) == {first: "FAILED", second: "CANCELLED", third: "CANCELLED"}
    cloud.wait_cluster(cluster, "WAITING")
    assert cloud.run(cluster, "true")[1]["State"] == "COMPLETED"


def test_terminate_cluster_ends_it(cloud: Cloud) -> None:
    cluster = cloud.cluster(StepConcurrencyLevel=2)
    sleeping, failing, waiting = cloud.add(
        cluster, step(*SLEEP), step("false", on_failure="TERMINATE_CLUSTER"), step("true")
    )
    status = cloud.wait_cluster(cluster, "TERMINATED_WITH_ERRORS")
    assert status["StateChangeReason"]["Code"] == "STEP_FAILURE"
    assert cloud.states(cluster) == {sleeping: "CANCELLED", failing: "FAILED", waiting: "CANCELLED"}


def test_termination_protection(cloud: Cloud) -> None:
    cluster = cloud.cluster(Instances={"TerminationProtected": True})
    with pytest.raises(ClientError, match="termination protected"):
        cloud.emr.terminate_job_flows(JobFlowIds=[cluster])
    cloud.run(cluster, "false", on_failure="TERMINATE_CLUSTER")
    cloud.wait_cluster(cluster, "WAITING")
    cloud.emr.set_termination_protection(JobFlowIds=[cluster], TerminationProtected=False)
    cloud.emr.terminate_job_flows(JobFlowIds=[cluster])
    assert cloud.wait_cluster(cluster, "TERMINATED")["StateChangeReason"]["Code"] == "USER_REQUEST"


def test_terminate_kills_what_runs(cloud: Cloud) -> None:
    cluster = cloud.cluster()
    running, pending = cloud.add(cluster, step("bash", "-c", "setsid sleep 300 & sleep 300"), step("true"))
    cloud.pid_of(running)
    mine = wait_for("both to run", lambda: (pids := cloud.pids_of_job(running)) and len(pids) >= 3 and pids)
    cloud.emr.terminate_job_flows(JobFlowIds=[cluster])
    cloud.wait_cluster(cluster, "TERMINATED", seconds=10)
    assert cloud.states(cluster) == {running: "CANCELLED", pending: "CANCELLED"}
    assert not [pid for pid in mine if is_alive(pid)]
    with pytest.raises(ClientError, match="may not be modified"):
        cloud.add(cluster, step("true"))
    cloud.emr.terminate_job_flows(JobFlowIds=[cluster])  # as in EMR, ending it again is no error


def test_steps_run_side_by_side_up_to_the_level(cloud: Cloud) -> None:
    cluster = cloud.cluster(StepConcurrencyLevel=2)
    # each waits until the other is there, so it only ends if both run at once
    meet = "touch ~/$0; until [ -e ~/$1 ]; do sleep 0.05; done"
    steps = cloud.add(cluster, step("bash", "-c", meet, "a", "b"), step("bash", "-c", meet, "b", "a"), step(*SLEEP))
    assert [cloud.wait_step(cluster, item, seconds=20)["State"] for item in steps[:2]] == ["COMPLETED"] * 2
    more = cloud.add(cluster, step(*SLEEP), step("true"))
    cloud.wait_step(cluster, more[0], "RUNNING")
    assert cloud.step_status(cluster, more[1])["State"] == "PENDING"
    assert cloud.emr.modify_cluster(ClusterId=cluster, StepConcurrencyLevel=3)["StepConcurrencyLevel"] == 3
    assert cloud.wait_step(cluster, more[1], seconds=10)["State"] == "COMPLETED"
    cloud.emr.terminate_job_flows(JobFlowIds=[cluster])


def test_cancel_steps(cloud: Cloud) -> None:
    cluster = cloud.cluster()
    running, pending = cloud.add(cluster, step(*SLEEP), step("true"))
    pid = cloud.pid_of(running)
    answer = cloud.emr.cancel_steps(ClusterId=cluster, StepIds=[pending, running])["CancelStepsInfoList"]
    assert [item["Status"] for item in answer] == ["SUBMITTED", "SUBMITTED"]
    assert cloud.wait_step(cluster, running, seconds=10)["State"] == "CANCELLED"
    assert cloud.states(cluster) == {running: "CANCELLED", pending: "CANCELLED"}
    assert not is_alive(pid)
    (again,) = cloud.emr.cancel_steps(ClusterId=cluster, StepIds=[running])["CancelStepsInfoList"]
    assert again == {"StepId": running, "Status": "FAILED", "Reason": "The step is CANCELLED."}
    assert cloud.wait_cluster(cluster, "WAITING")


def test_a_cluster_without_keep_alive_ends_after_its_steps(cloud: Cloud) -> None:
    cluster = cloud.cluster(keep=False, Steps=[step("true"), step("false")])
    status = cloud.wait_cluster(cluster, "TERMINATED")
    assert status["StateChangeReason"] == {"Code": "ALL_STEPS_COMPLETED", "Message": "Steps completed with errors"}
    assert status["Timeline"]["EndDateTime"] >= status["Timeline"]["ReadyDateTime"]
    assert sorted(cloud.states(cluster).values()) == ["COMPLETED", "FAILED"]


def test_an_idle_cluster_ends_and_a_busy_one_does_not(cloud: Cloud) -> None:
    cluster = cloud.cluster(AutoTerminationPolicy={"IdleTimeout": 1}, Steps=[step("sleep", "2")])
    assert cloud.emr.get_auto_termination_policy(ClusterId=cluster)["AutoTerminationPolicy"] == {"IdleTimeout": 1}
    status = cloud.wait_cluster(cluster, "TERMINATED", seconds=15)
    assert "auto-termination policy" in status["StateChangeReason"]["Message"]
    assert list(cloud.states(cluster).values()) == ["COMPLETED"]


def test_the_idle_limit_can_be_set_and_removed_later(cloud: Cloud) -> None:
    cluster = cloud.cluster(AutoTerminationPolicy={"IdleTimeout": 2})
    cloud.emr.remove_auto_termination_policy(ClusterId=cluster)
    time.sleep(2.5)
    assert cloud.wait_cluster(cluster, "WAITING")
    cloud.emr.put_auto_termination_policy(ClusterId=cluster, AutoTerminationPolicy={"IdleTimeout": 1})
    assert cloud.wait_cluster(cluster, "TERMINATED", seconds=10)
    with pytest.raises(ClientError, match="between 60 and 604800"):
        cloud.cluster(AutoTerminationPolicy={"IdleTimeout": 604801})


def bootstrap(path: str, *arguments: str) -> list[dict[str, object]]:
    return [{"Name": "prepare", "ScriptBootstrapAction": {"Path": path, "Args": list(arguments)}}]


def test_bootstrap_actions_run_before_the_steps(cloud: Cloud) -> None:
    script = cloud.put("code/prepare.sh", "echo prepared > ~/$1; sleep 1")
    cluster = cloud.cluster(BootstrapActions=bootstrap(script, "mark"), Steps=[step("bash", "-c", "cat ~/mark")])
    assert cloud.wait_cluster(cluster, "BOOTSTRAPPING")
    cloud.wait_cluster(cluster, "WAITING")
    (step_id,) = cloud.states(cluster)
    assert cloud.log(cluster, step_id) == "prepared\n"
    log = cloud.get(f"logs/{cluster}/node/i-local/bootstrap-actions/1/controller.gz")
    assert b"exit status 0" in gzip.decompress(log)


def test_a_failed_bootstrap_action_ends_the_cluster(cloud: Cloud) -> None:
    script = cloud.put("code/broken.sh", "exit 5")
    cluster = cloud.cluster(BootstrapActions=bootstrap(script), Steps=[step("true")])
    status = cloud.wait_cluster(cluster, "TERMINATED_WITH_ERRORS")
    assert status["StateChangeReason"]["Code"] == "BOOTSTRAP_FAILURE"
    assert "exit status 5" in status["StateChangeReason"]["Message"]
    assert list(cloud.states(cluster).values()) == ["CANCELLED"]


def test_terminate_while_bootstrapping(cloud: Cloud) -> None:
    script = cloud.put("code/slow.sh", "sleep 300")
    cluster = cloud.cluster(BootstrapActions=bootstrap(script))
    cloud.wait_cluster(cluster, "BOOTSTRAPPING")
    time.sleep(0.3)
    cloud.emr.terminate_job_flows(JobFlowIds=[cluster])
    assert cloud.wait_cluster(cluster, "TERMINATED", seconds=10)["StateChangeReason"]["Code"] == "USER_REQUEST"
    assert not cloud.pids_of_job(f"{cluster}/bootstrap-1")


def test_list_clusters_by_state_and_time(cloud: Cloud) -> None:
    old = cloud.cluster(Name="old")
    cloud.emr.terminate_job_flows(JobFlowIds=[old])
    created = cloud.wait_cluster(old, "TERMINATED")["Timeline"]["CreationDateTime"]
    new = cloud.cluster(Name="new")
    cloud.wait_cluster(new, "WAITING")

    def listed(**options: object) -> list[str]:
        pages = cloud.emr.get_paginator("list_clusters").paginate(**options)
        return [item["Id"] for page in pages for item in page["Clusters"]]

    assert listed()[0] == new
    assert old not in listed(ClusterStates=["WAITING"])
    assert old in listed(ClusterStates=["TERMINATED"])
    later = cloud.emr.describe_cluster(ClusterId=new)["Cluster"]["Status"]["Timeline"]["CreationDateTime"]
    created += timedelta(milliseconds=1)  # the API cuts the microseconds off
    assert created < later
    assert old in listed(CreatedBefore=later)
    assert old not in listed(CreatedAfter=created)
    cloud.emr.terminate_job_flows(JobFlowIds=[new])


def test_tags(cloud: Cloud) -> None:
    cluster = cloud.cluster(Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    cloud.emr.add_tags(ResourceId=cluster, Tags=[{"Key": "c", "Value": "3"}])
    cloud.emr.remove_tags(ResourceId=cluster, TagKeys=["a"])
    tags = cloud.emr.describe_cluster(ClusterId=cluster)["Cluster"]["Tags"]
    assert tags == [{"Key": "b", "Value": "2"}, {"Key": "c", "Value": "3"}]
    cloud.emr.terminate_job_flows(JobFlowIds=[cluster])


def test_unknown_ids(cloud: Cloud, cluster: str) -> None:
    with pytest.raises(ClientError, match="'j-NONE' is not valid"):
        cloud.add("j-NONE", step("true"))
    with pytest.raises(ClientError, match="'j-NONE' is not valid"):
        cloud.emr.terminate_job_flows(JobFlowIds=["j-NONE"])
    with pytest.raises(ClientError, match="'s-NONE' is not valid"):
        cloud.step_status(cluster, "s-NONE")


def test_a_missing_log_bucket_fails_nothing(cloud: Cloud) -> None:
    cluster = cloud.cluster(log_uri="s3://no-such-bucket/logs")
    assert cloud.run(cluster, "true")[1]["State"] == "COMPLETED"
    cloud.emr.terminate_job_flows(JobFlowIds=[cluster])


def test_the_record_on_disk_is_json(cloud: Cloud, cluster: str) -> None:
    wait_for("the record", lambda: (cloud.root / "state" / f"{cluster}.json").exists())
    assert json.loads((cloud.root / "state" / f"{cluster}.json").read_text())["id"] == cluster
