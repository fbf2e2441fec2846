"""Provisioned and serverless Redshift: objects whose endpoint is the local Redshift."""

from __future__ import annotations

import inspect
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore.exceptions
import psycopg
import pytest
from cloud import Cloud, serving, wait_for
from moto import backend_index, backends
from moto.redshift import models as redshift
from moto.redshift import responses as redshift_responses
from moto.redshiftdata import models as redshiftdata
from moto.secretsmanager import models as secretsmanager
from redshift_apis import CLUSTER, DataApi, refused

PASSWORD = "Correct-Horse-1"


@pytest.fixture(scope="session")
def client(cloud: Cloud) -> Any:
    return cloud.client("redshift")


@pytest.fixture(scope="session")
def serverless(cloud: Cloud) -> Any:
    return cloud.client("redshift-serverless")


def request(name: str = "", **options: Any) -> dict[str, Any]:
    return {
        "ClusterIdentifier": name or f"c-{uuid.uuid4().hex[:8]}",
        "ClusterType": "single-node",
        "NodeType": "ra3.large",
        "MasterUsername": "admin",
        "MasterUserPassword": PASSWORD,
        **options,
    }


def status(client: Any, name: str) -> str:
    (cluster,) = client.describe_clusters(ClusterIdentifier=name)["Clusters"]
    return cluster["ClusterStatus"]


def wait_status(client: Any, name: str, wanted: str) -> None:
    wait_for(f"{name} to be {wanted}", lambda: status(client, name) == wanted, 10)


@pytest.fixture
def cluster(client: Any) -> Iterator[str]:
    """An available cluster of its own."""
    name = client.create_cluster(**request())["Cluster"]["ClusterIdentifier"]
    wait_status(client, name, "available")
    yield name
    try:
        client.delete_cluster(ClusterIdentifier=name, SkipFinalClusterSnapshot=True)
    except client.exceptions.ClusterNotFoundFault:
        return


def test_a_cluster_is_there_from_the_start(client: Any) -> None:
    (cluster,) = client.describe_clusters(ClusterIdentifier=CLUSTER)["Clusters"]
    assert (cluster["ClusterStatus"], cluster["MasterUsername"], cluster["DBName"]) == ("available", "awsuser", "dev")


def test_all_clusters_lead_to_the_same_tables(client: Any, cloud: Cloud, cluster: str) -> None:
    (described,) = client.describe_clusters(ClusterIdentifier=cluster)["Clusters"]
    endpoint = described["Endpoint"]
    assert endpoint == {"Address": "127.0.0.1", "Port": cloud.status()["redshift"]["port"]}
    dsn = {"host": endpoint["Address"], "port": endpoint["Port"], "user": described["MasterUsername"]}
    with psycopg.connect(**dsn, dbname=described["DBName"], password=PASSWORD, sslmode="disable") as connection:
        connection.execute("CREATE TABLE shared_by_clusters AS SELECT 5 AS n")
    assert DataApi.of(cloud).value("SELECT n FROM shared_by_clusters") == 5
    assert DataApi.of(cloud).value("SELECT n FROM shared_by_clusters", ClusterIdentifier=cluster) == 5


def test_the_states_of_a_clusters_life(client: Any, cloud: Cloud) -> None:
    name = request()["ClusterIdentifier"]
    assert client.create_cluster(**request(name, Port=5555))["Cluster"]["ClusterStatus"] == "creating"
    (described,) = client.describe_clusters(ClusterIdentifier=name)["Clusters"]
    assert (described["ClusterStatus"], described.get("Endpoint")) == ("creating", None)
    wait_status(client, name, "available")
    assert client.pause_cluster(ClusterIdentifier=name)["Cluster"]["ClusterStatus"] == "pausing"
    wait_status(client, name, "paused")
    run = DataApi.of(cloud).client.execute_statement
    refused("ValidationException", "paused", run, ClusterIdentifier=name, Database="dev", Sql="SELECT 1")
    refused("InvalidClusterState", "is paused", client.pause_cluster, ClusterIdentifier=name)
    assert client.resume_cluster(ClusterIdentifier=name)["Cluster"]["ClusterStatus"] == "resuming"
    wait_status(client, name, "available")
    refused("InvalidClusterState", "is available", client.resume_cluster, ClusterIdentifier=name)
    deleted = client.delete_cluster(ClusterIdentifier=name, SkipFinalClusterSnapshot=True)["Cluster"]
    assert deleted["ClusterStatus"] == "deleting"
    refused("ClusterNotFound", "not found", client.describe_clusters, ClusterIdentifier=name)
    refused("ValidationException", "doesn't exist", run, ClusterIdentifier=name, Database="dev", Sql="SELECT 1")


def test_a_cluster_goes_only_with_a_snapshot_or_knowingly_without(client: Any, cluster: str) -> None:
    refused("InvalidParameterCombination", "Final", client.delete_cluster, ClusterIdentifier=cluster)
    both = {"SkipFinalClusterSnapshot": True, "FinalClusterSnapshotIdentifier": "last"}
    refused("InvalidParameterCombination", "Final", client.delete_cluster, ClusterIdentifier=cluster, **both)
    client.delete_cluster(ClusterIdentifier=cluster, FinalClusterSnapshotIdentifier=f"last-of-{cluster}")
    snapshots = client.describe_cluster_snapshots(ClusterIdentifier=cluster)["Snapshots"]
    assert [(one["SnapshotIdentifier"], one["SnapshotType"]) for one in snapshots] == [(f"last-of-{cluster}", "manual")]
    assert client.describe_cluster_snapshots(ClusterIdentifier="no-such-cluster")["Snapshots"] == []


@pytest.mark.parametrize(
    ("options", "code", "match"),
    [
        ({"ClusterIdentifier": CLUSTER}, "ClusterAlreadyExists", "already exists"),
        ({"ClusterIdentifier": "Upper"}, "InvalidParameterValue", "'Upper'"),
        ({"ClusterIdentifier": "two--hyphens"}, "InvalidParameterValue", "not a valid identifier"),
        ({"MasterUserPassword": "short"}, "InvalidParameterValue", "MasterUserPassword must be 8 to 64"),
        ({"MasterUserPassword": "with/Slash-and-1"}, "InvalidParameterValue", "MasterUserPassword must be 8 to 64"),
        ({"MasterUsername": "1st"}, "InvalidParameterValue", "MasterUsername"),
        ({"DBName": "Sales-DB"}, "InvalidParameterValue", "DBName"),
        (
            {"ClusterType": "multi-node", "NumberOfNodes": 1},
            "InvalidParameterCombination",
            "greater than or equal to 2",
        ),
        ({"ManageMasterPassword": True}, "InvalidParameterCombination", "one of"),
    ],
)
def test_requests_that_aws_refuses(client: Any, options: dict[str, Any], code: str, match: str) -> None:
    refused(code, match, client.create_cluster, **request(**options))


def test_a_password_is_neither_kept_nor_logged(cloud: Cloud, client: Any, cluster: str) -> None:
    client.modify_cluster(ClusterIdentifier=cluster, MasterUserPassword=f"New-{PASSWORD}")
    refused(
        "InvalidParameterValue", "8 to 64", client.modify_cluster, ClusterIdentifier=cluster, MasterUserPassword="x"
    )
    files = [file for file in (cloud.root / "state").rglob("*") if file.is_file()]
    assert any(cluster in file.read_text() for file in files)
    assert not any(PASSWORD in file.read_text() for file in [*files, cloud.root.with_name(f"{cloud.root.name}.err")])


def test_a_managed_password_is_a_secret(client: Any, cloud: Cloud) -> None:
    wanted = {name: value for name, value in request().items() if name != "MasterUserPassword"}
    arn = client.create_cluster(**wanted, ManageMasterPassword=True)["Cluster"]["MasterPasswordSecretArn"]
    secrets = cloud.client("secretsmanager")
    content = json.loads(secrets.get_secret_value(SecretId=arn)["SecretString"])
    assert (content["username"], len(content["password"]) > 20) == ("admin", True)
    client.delete_cluster(ClusterIdentifier=wanted["ClusterIdentifier"], SkipFinalClusterSnapshot=True)
    refused("ResourceNotFoundException", "can't find", secrets.get_secret_value, SecretId=arn)


def test_changes_tags_and_roles(client: Any, cluster: str) -> None:
    role = "arn:aws:iam::123456789012:role/copy"
    client.modify_cluster(ClusterIdentifier=cluster, ClusterType="multi-node", NumberOfNodes=2)
    client.modify_cluster_iam_roles(ClusterIdentifier=cluster, AddIamRoles=[role])
    arn = f"arn:aws:redshift:us-east-1:123456789012:cluster:{cluster}"
    client.create_tags(ResourceName=arn, Tags=[{"Key": "team", "Value": "taxi"}])
    (described,) = client.describe_clusters(ClusterIdentifier=cluster)["Clusters"]
    assert described["NumberOfNodes"] == 2
    assert described["IamRoles"] == [{"IamRoleArn": role, "ApplyStatus": "in-sync"}]
    (tagged,) = client.describe_tags(ResourceName=arn)["TaggedResources"]
    assert (tagged["ResourceType"], tagged["Tag"]) == ("cluster", {"Key": "team", "Value": "taxi"})
    client.modify_cluster_iam_roles(ClusterIdentifier=cluster, RemoveIamRoles=[role])
    assert not client.describe_clusters(ClusterIdentifier=cluster)["Clusters"][0]["IamRoles"]
    assert client.reboot_cluster(ClusterIdentifier=cluster)["Cluster"]["ClusterStatus"] == "rebooting"
    wait_status(client, cluster, "available")


def test_credentials_open_the_database(client: Any, serverless: Any, cloud: Cloud) -> None:
    given = [
        client.get_cluster_credentials(ClusterIdentifier=CLUSTER, DbUser="etl", AutoCreate=True),
        client.get_cluster_credentials_with_iam(ClusterIdentifier=CLUSTER),
        {
            name[0].upper() + name[1:]: value
            for name, value in serverless.get_credentials(workgroupName=CLUSTER).items()
        },
    ]
    assert [one["DbUser"] for one in given] == ["IAMA:etl", "IAM:local", "IAM:local"]
    dsn = {"host": "127.0.0.1", "port": cloud.status()["redshift"]["port"], "dbname": "dev", "sslmode": "disable"}
    for one in given:
        assert one["Expiration"] > datetime.now(UTC)
        with psycopg.connect(**dsn, user=one["DbUser"], password=one["DbPassword"]) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    refused("ClusterNotFound", "not found", client.get_cluster_credentials_with_iam, ClusterIdentifier="nope")
    refused("ResourceNotFoundException", "nope", serverless.get_credentials, workgroupName="nope")


def test_the_life_of_a_namespace_and_its_workgroup(serverless: Any, cloud: Cloud) -> None:
    name = f"ns-{uuid.uuid4().hex[:8]}"
    namespace = serverless.create_namespace(namespaceName=name, dbName="sales", adminUserPassword=PASSWORD)["namespace"]
    assert (namespace["status"], namespace["dbName"]) == ("AVAILABLE", "sales")
    made = serverless.create_workgroup(workgroupName=name, namespaceName=name, baseCapacity=8)["workgroup"]
    assert (made["status"], made["baseCapacity"]) == ("CREATING", 8)

    def available() -> bool:
        return serverless.get_workgroup(workgroupName=name)["workgroup"]["status"] == "AVAILABLE"

    wait_for("the workgroup", available, 10)
    endpoint = serverless.get_workgroup(workgroupName=name)["workgroup"]["endpoint"]
    assert endpoint == {"address": "127.0.0.1", "port": cloud.status()["redshift"]["port"]}
    assert DataApi.of(cloud).value("SELECT current_database()", WorkgroupName=name, Database="sales") == "sales"

    assert name in [one["workgroupName"] for one in serverless.list_workgroups()["workgroups"]]
    pages = list(serverless.get_paginator("list_namespaces").paginate(PaginationConfig={"PageSize": 1}))
    assert {name, CLUSTER} <= {one["namespaceName"] for page in pages for one in page["namespaces"]}
    changed = serverless.update_workgroup(workgroupName=name, baseCapacity=16)["workgroup"]
    assert (changed["status"], changed["baseCapacity"]) == ("MODIFYING", 16)

    refused("ConflictException", "delete the workgroup", serverless.delete_namespace, namespaceName=name)
    assert serverless.delete_workgroup(workgroupName=name)["workgroup"]["status"] == "DELETING"
    assert serverless.delete_namespace(namespaceName=name)["namespace"]["status"] == "DELETING"
    refused("ResourceNotFoundException", name, serverless.get_workgroup, workgroupName=name)
    refused("ResourceNotFoundException", name, serverless.get_namespace, namespaceName=name)


def test_serverless_requests_that_aws_refuses(serverless: Any) -> None:
    create = serverless.create_workgroup
    refused("ConflictException", "already exists", serverless.create_namespace, namespaceName=CLUSTER)
    refused("ConflictException", "has a workgroup", create, workgroupName="second", namespaceName=CLUSTER)
    refused("ResourceNotFoundException", "nope", create, workgroupName="lonely", namespaceName="nope")
    refused("ValidationException", "namespaceName", serverless.create_namespace, namespaceName="Upper")
    weak = {"namespaceName": "weak", "adminUserPassword": "weak-password"}
    refused("ValidationException", "adminUserPassword must be", serverless.create_namespace, **weak)


def test_serverless_tags(serverless: Any) -> None:
    arn = serverless.get_workgroup(workgroupName=CLUSTER)["workgroup"]["workgroupArn"]
    serverless.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    serverless.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert serverless.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "b", "value": "2"}]
    refused("ResourceNotFoundException", "nope", serverless.list_tags_for_resource, resourceArn="nope")


def test_calls_that_are_not_there_say_so(client: Any, serverless: Any) -> None:
    refused("NotImplemented", "no DescribeReservedNodes of Redshift;", client.describe_reserved_nodes)
    refused("NotImplemented", "no ListSnapshots of Redshift Serverless", serverless.list_snapshots)


def test_objects_outlive_the_server(tmp_path: Path) -> None:
    name = request()["ClusterIdentifier"]
    with serving(tmp_path / "cloud", "--spark", "cold") as first:
        client = first.client("redshift")
        tags = [{"Key": "team", "Value": "taxi"}]
        client.create_cluster(**request(name, DBName="sales", Tags=tags))
        wait_status(client, name, "available")
        client.pause_cluster(ClusterIdentifier=name)
        first.client("redshift-serverless").create_namespace(namespaceName="kept", dbName="sales")
        before = client.describe_clusters(ClusterIdentifier=name)["Clusters"][0]
    with serving(tmp_path / "cloud", "--spark", "cold") as second:
        client, serverless = second.client("redshift"), second.client("redshift-serverless")
        after = client.describe_clusters(ClusterIdentifier=name)["Clusters"][0]
        assert after["ClusterStatus"] == "paused"
        assert after["Endpoint"]["Port"] == second.status()["redshift"]["port"]
        for field in ("DBName", "MasterUsername", "Tags", "ClusterCreateTime", "NumberOfNodes", "NodeType"):
            assert after[field] == before[field], field
        assert serverless.get_namespace(namespaceName="kept")["namespace"]["dbName"] == "sales"
        endpoint = serverless.get_workgroup(workgroupName=CLUSTER)["workgroup"]["endpoint"]
        assert endpoint["port"] == second.status()["redshift"]["port"]


def test_what_is_taken_from_moto_beyond_its_public_interface() -> None:
    """So that an upgrade of moto fails here."""
    assert redshift.redshift_backends.backend is redshift.RedshiftBackend
    assert redshiftdata.redshiftdata_backends.backend is redshiftdata.RedshiftDataAPIServiceBackend
    assert "cluster = Cluster(self, **cluster_kwargs)" in inspect.getsource(redshift.RedshiftBackend.create_cluster)
    for call in ("get_cluster_credentials_with_iam", "modify_cluster_iam_roles", "reboot_cluster"):
        assert not hasattr(redshift_responses.RedshiftResponse, call)
    assert "params" in inspect.getsource(redshift_responses.BaseResponse.parse_parameters)
    assert isinstance(backend_index.backend_url_patterns, list)
    assert 'importlib.import_module("moto." + module_name)' in inspect.getsource(backends._import_backend)
    assert list(inspect.signature(secretsmanager.SecretsManagerBackend.create_secret).parameters)[1:4] == [
        "name",
        "secret_string",
        "secret_binary",
    ]
    with pytest.raises(ModuleNotFoundError):
        backends.get_backend("redshift-serverless")  # moto has none of its own


def test_botocore_knows_the_errors(client: Any) -> None:
    with pytest.raises(client.exceptions.InvalidClusterStateFault):
        client.resume_cluster(ClusterIdentifier=CLUSTER)
    with pytest.raises(botocore.exceptions.ClientError):
        client.pause_cluster(ClusterIdentifier="nope")
