"""The Redshift Data API: statements that really run."""

from __future__ import annotations

import json
import os
import re
import signal
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud, serving, wait_for
from redshift_apis import CLUSTER, DATABASE, DataApi, parameters, refused


@pytest.fixture(scope="session")
def api(cloud: Cloud) -> DataApi:
    return DataApi.of(cloud)


def test_values_have_the_types_of_the_api(api: DataApi) -> None:
    sql = """SELECT 1::smallint AS a, 9000000000 AS b, 2.5::float8 AS c, 1.50::numeric(10,2) AS d, true AS e,
        'x'::varchar(10) AS f, NULL AS g, DATE '2024-01-02' AS h, TIMESTAMP '2024-01-02 03:04:05' AS i"""
    described = api.run(sql)
    result = api.client.get_statement_result(Id=described["Id"])
    assert result["Records"] == [
        [
            {"longValue": 1},
            {"longValue": 9000000000},
            {"doubleValue": 2.5},
            {"stringValue": "1.50"},
            {"booleanValue": True},
            {"stringValue": "x"},
            {"isNull": True},
            {"stringValue": "2024-01-02"},
            {"stringValue": "2024-01-02 03:04:05"},
        ]
    ]
    columns = {column["name"]: column for column in result["ColumnMetadata"]}
    types = [column["typeName"] for column in result["ColumnMetadata"]]
    assert types == ["int2", "int8", "float8", "numeric", "bool", "varchar", "varchar", "date", "timestamp"]
    assert (columns["d"]["precision"], columns["d"]["scale"], columns["f"]["precision"]) == (10, 2, 10)
    assert (columns["a"]["isSigned"], columns["f"]["isSigned"], columns["f"]["isCaseSensitive"]) == (True, False, True)
    assert result["TotalNumRows"] == 1
    assert "NextToken" not in result


def test_a_statement_tells_all_about_itself(api: DataApi) -> None:
    before = datetime.now(UTC).timestamp()
    described = api.run("SELECT pg_sleep(0.2)", StatementName="nap", WithEvent=True)
    assert described["Status"] == "FINISHED"
    assert described["ClusterIdentifier"] == CLUSTER
    assert (described["Database"], described["DbUser"]) == ("dev", "IAM:local")
    assert (described["HasResultSet"], described["ResultRows"]) == (True, 1)
    assert described["ResultSize"] > 0
    assert 200_000_000 <= described["Duration"] < 5_000_000_000
    assert described["QueryString"] == "SELECT pg_sleep(0.2)"
    assert described["RedshiftPid"] > 0
    assert before - 1 < described["CreatedAt"].timestamp() <= described["UpdatedAt"].timestamp()
    assert "Error" not in described


def test_rows_that_are_touched_are_counted(api: DataApi) -> None:
    table = api.table()
    inserted = api.run(f"INSERT INTO {table} VALUES (1, 'a'), (2, 'b')")
    assert (inserted["ResultRows"], inserted["HasResultSet"]) == (2, False)
    refused("ResourceNotFoundException", "not have result", api.client.get_statement_result, Id=inserted["Id"])


def test_an_empty_result_is_a_result(api: DataApi) -> None:
    described = api.run(f"SELECT id FROM {api.table()}")
    assert (described["HasResultSet"], described["ResultRows"]) == (True, 0)
    result = api.client.get_statement_result(Id=described["Id"])
    assert (result["Records"], [column["name"] for column in result["ColumnMetadata"]]) == ([], ["id"])


def test_an_error_is_the_servers(api: DataApi) -> None:
    described = api.run("SELECT * FROM no_such_table")
    assert described["Status"] == "FAILED"
    assert described["Error"] == 'ERROR: relation "no_such_table" does not exist'
    refused("ResourceNotFoundException", "not have result", api.client.get_statement_result, Id=described["Id"])


def test_parameters_are_values_and_never_sql(api: DataApi) -> None:
    table = api.table()
    nasty = "it's 100% \\ :id; DROP TABLE x --"
    api.run(f"INSERT INTO {table} VALUES (:id, :name)", Parameters=parameters(id="7", name=nasty))
    sql = f"SELECT name, ':name', id::int /* :no */ FROM {table} WHERE id = :id AND name LIKE '%100\\%%'  -- :neither"
    assert api.records(sql, Parameters=parameters(id="7")) == [
        [{"stringValue": nasty}, {"stringValue": ":name"}, {"longValue": 7}]
    ]
    assert api.describe(api.submit("SELECT :a", Parameters=parameters(a="1")))["QueryParameters"] == parameters(a="1")


@pytest.mark.parametrize(
    ("sql", "given", "match"),
    [
        ("SELECT :a + :b", parameters(a="1"), "no value for :b"),
        ("SELECT 1", parameters(a="1"), "unused parameters: :a"),
        ("SELECT :a", parameters(a="1") + parameters(a="2"), "duplicate"),
    ],
)
def test_parameters_and_placeholders_must_agree(api: DataApi, sql: str, given: Any, match: str) -> None:
    refused("ValidationException", match, api.client.execute_statement, **DATABASE, Sql=sql, Parameters=given)


def test_a_statement_may_have_a_hundred_kilobytes(api: DataApi) -> None:
    room = 100 * 1024 - len("SELECT ''")
    assert api.client.execute_statement(**DATABASE, Sql=f"SELECT '{'x' * room}'")["Id"]
    refused("ValidationException", "100kB", api.client.execute_statement, **DATABASE, Sql=f"SELECT '{'x' * room}x'")


def test_one_text_is_one_statement(api: DataApi) -> None:
    refused("ValidationException", "Multiple SQL", api.client.execute_statement, **DATABASE, Sql="SELECT 1; SELECT 2")
    refused("ValidationException", "empty", api.client.execute_statement, **DATABASE, Sql=" ")
    assert api.value("SELECT ';' -- ; and more\n;") == ";"


def test_a_batch_is_one_transaction(api: DataApi) -> None:
    table = api.table()
    failed = api.run([f"INSERT INTO {table} VALUES (1, 'a')", "SELECT * FROM no_such_table", "SELECT 1"])
    assert failed["Status"] == "FAILED"
    assert failed["Error"] == 'Query #2 failed with ERROR: relation "no_such_table" does not exist'
    assert [sub["Status"] for sub in failed["SubStatements"]] == ["FINISHED", "FAILED", "ABORTED"]
    assert [sub["Id"] for sub in failed["SubStatements"]] == [f"{failed['Id']}:{number}" for number in (1, 2, 3)]
    assert api.value(f"SELECT count(*) FROM {table}") == 0

    done = api.run([f"INSERT INTO {table} VALUES (1, 'a')", f"SELECT name FROM {table}"])
    assert (done["Status"], done["HasResultSet"]) == ("FINISHED", True)
    assert api.client.get_statement_result(Id=f"{done['Id']}:2")["Records"] == [[{"stringValue": "a"}]]
    assert api.client.describe_statement(Id=f"{done['Id']}:1")["ResultRows"] == 1
    refused("ValidationException", "is a batch", api.client.get_statement_result, Id=done["Id"])
    refused("ResourceNotFoundException", "does not exist", api.client.describe_statement, Id=f"{done['Id']}:3")


def test_a_batch_in_auto_commit_mode_goes_on(api: DataApi) -> None:
    table = api.table()
    sqls = [f"INSERT INTO {table} VALUES (1, 'a')", "SELECT 1/0", f"INSERT INTO {table} VALUES (2, 'b')"]
    described = api.run(sqls, ExecutionMode="AUTO_COMMIT")
    assert [sub["Status"] for sub in described["SubStatements"]] == ["FINISHED", "FAILED", "FINISHED"]
    assert (described["Status"], described["Error"]) == ("FAILED", "Query #2 failed with ERROR: division by zero")
    assert api.value(f"SELECT count(*) FROM {table}") == 2


def test_a_large_result_comes_in_pages(api: DataApi) -> None:
    statement = api.run("SELECT n, repeat('x', 1000) FROM generate_series(1, 2500) AS n")["Id"]
    pages = list(api.client.get_paginator("get_statement_result").paginate(Id=statement))
    assert len(pages) == 3
    assert [row[0]["longValue"] for page in pages for row in page["Records"]] == list(range(1, 2501))
    assert {page["TotalNumRows"] for page in pages} == {2500}
    refused("ValidationException", "NextToken", api.client.get_statement_result, Id=statement, NextToken="mine")


def test_a_result_as_csv(api: DataApi) -> None:
    statement = api.run("SELECT 1 AS a, 'x,\"y' AS b, NULL AS c", ResultFormat="CSV")["Id"]
    result = api.client.get_statement_result_v2(Id=statement)
    assert result["Records"] == [{"CSVRecords": 'a,b,c\r\n1,"x,""y",\r\n'}]
    assert (result["ResultFormat"], result["TotalNumRows"]) == ("CSV", 1)
    refused("ValidationException", "use GetStatementResultV2", api.client.get_statement_result, Id=statement)
    as_json = api.run("SELECT 1")["Id"]
    refused("ValidationException", "use GetStatementResult", api.client.get_statement_result_v2, Id=as_json)


def test_a_running_statement_is_cancelled_and_undone(api: DataApi) -> None:
    table = api.table()
    statement = api.submit([f"INSERT INTO {table} VALUES (1, 'a')", "SELECT pg_sleep(60)"])
    active = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(6' || '0)%'"
    wait_for("the second query to run", lambda: api.value(active) == 1)
    assert api.client.cancel_statement(Id=statement)["Status"] is True
    described = api.describe(statement)
    assert (described["Status"], described.get("Error")) == ("ABORTED", None)
    assert api.value(f"SELECT count(*) FROM {table}") == 0
    assert api.value(active) == 0
    refused("ValidationException", "already in ABORTED state", api.client.cancel_statement, Id=statement)


def test_the_answer_can_wait_for_the_end(api: DataApi) -> None:
    answer = api.client.execute_statement(**DATABASE, Sql="SELECT pg_sleep(0.3)", WaitTimeSeconds=20)
    assert (answer["Status"], answer["HasResultSet"]) == ("FINISHED", True)
    later = api.submit("SELECT pg_sleep(0.3)")
    assert api.client.describe_statement(Id=later, WaitTimeSeconds=20)["Status"] == "FINISHED"


def test_statements_are_listed(api: DataApi) -> None:
    prefix = uuid.uuid4().hex
    for number in range(3):
        api.run(f"SELECT {number}", StatementName=f"{prefix}-{number}")
    api.run("SELECT * FROM no_such_table", StatementName=f"{prefix}-bad")

    def names(**request: Any) -> list[str]:
        pages = api.client.get_paginator("list_statements").paginate(StatementName=prefix, **request)
        return [item["StatementName"].removeprefix(f"{prefix}-") for page in pages for item in page["Statements"]]

    assert names() == ["2", "1", "0"]
    assert names(Status="ALL", PaginationConfig={"PageSize": 3}) == ["bad", "2", "1", "0"]
    assert names(Status="FAILED", RoleLevel=False) == ["bad"]
    assert names(ClusterIdentifier=CLUSTER, Database="dev") == ["2", "1", "0"]
    assert names(Database="other") == []


def test_a_client_token_runs_a_statement_once(api: DataApi) -> None:
    table = api.table()
    token, sql = str(uuid.uuid4()), f"INSERT INTO {table} VALUES (1, 'a')"
    first, again = api.submit(sql, ClientToken=token), api.submit(sql, ClientToken=token)
    assert first == again
    api.wait(first)
    assert api.value(f"SELECT count(*) FROM {table}") == 1
    refused(
        "ValidationException", "another", api.client.execute_statement, **DATABASE, Sql="SELECT 1", ClientToken=token
    )


def test_a_session_keeps_its_temporary_tables(api: DataApi) -> None:
    opened = api.client.execute_statement(
        **DATABASE, Sql="CREATE TEMP TABLE mine AS SELECT 5 AS n", SessionKeepAliveSeconds=60
    )
    session = opened["SessionId"]
    assert api.wait(opened["Id"])["Status"] == "FINISHED"
    assert api.value("SELECT n FROM mine", SessionId=session) == 5
    assert api.run("SELECT n FROM mine")["Status"] == "FAILED"

    running = api.submit("SELECT pg_sleep(60)", SessionId=session)
    refused("ValidationException", "not available", api.client.execute_statement, Sql="SELECT 1", SessionId=session)
    (listed,) = api.client.list_sessions(SessionId=session)["Sessions"]
    assert (listed["Status"], listed["CurrentStatementId"]) == ("BUSY", running)
    api.client.cancel_statement(Id=running)

    api.run("SELECT 1", SessionId=session, SessionKeepAliveSeconds=1)
    wait_for("the session to close", lambda: not api.client.list_sessions(SessionId=session)["Sessions"], 10)
    refused("ValidationException", "closed", api.client.execute_statement, Sql="SELECT 1", SessionId=session)


@pytest.mark.parametrize(
    ("request_", "match"),
    [
        ({"ClusterIdentifier": "nope", "Database": "dev"}, "Redshift endpoint doesn't exist in this region"),
        ({"WorkgroupName": "nope", "Database": "dev"}, "Redshift endpoint doesn't exist in this region"),
        ({"Database": "dev"}, "ClusterIdentifier or WorkgroupName is needed"),
        ({"ClusterIdentifier": CLUSTER}, "Database is needed"),
        ({**DATABASE, "WorkgroupName": CLUSTER}, "can't be given together"),
        ({**DATABASE, "SecretArn": "nope"}, "can't find the specified secret"),
    ],
)
def test_a_target_that_is_wrong(api: DataApi, request_: dict[str, str], match: str) -> None:
    refused("ValidationException", match, api.client.execute_statement, Sql="SELECT 1", **request_)


def test_the_user_comes_from_the_request_or_the_secret(cloud: Cloud, api: DataApi) -> None:
    assert api.value("SELECT current_user", DbUser="analyst") == "analyst"
    content = json.dumps({"username": "loader", "password": "x", "dbClusterIdentifier": CLUSTER})
    secret = cloud.client("secretsmanager").create_secret(Name=f"s-{uuid.uuid4()}", SecretString=content)["ARN"]
    assert api.value("SELECT current_user", SecretArn=secret) == "loader"
    request = {"ClusterIdentifier": "other", "Database": "dev", "SecretArn": secret}
    refused("ValidationException", "secret is for", api.client.execute_statement, Sql="SELECT 1", **request)


def test_a_workgroup_by_name_or_arn(cloud: Cloud, api: DataApi) -> None:
    arn = cloud.client("redshift-serverless").get_workgroup(workgroupName=CLUSTER)["workgroup"]["workgroupArn"]
    for workgroup in (CLUSTER, arn):
        described = api.run("SELECT 1", WorkgroupName=workgroup, Database="dev")
        assert (described["Status"], described["WorkgroupName"]) == ("FINISHED", workgroup)
        assert "ClusterIdentifier" not in described


def test_the_catalogue(api: DataApi) -> None:
    table = api.table("id int NOT NULL, name varchar(40) DEFAULT 'x', price numeric(8,2)")
    assert "dev" in api.client.list_databases(**DATABASE)["Databases"]
    assert "public" in api.client.list_schemas(**DATABASE, SchemaPattern="pub%")["Schemas"]
    tables = api.client.list_tables(**DATABASE, SchemaPattern="public", TablePattern=table)["Tables"]
    assert tables == [{"name": table, "schema": "public", "type": "TABLE"}]
    columns = api.client.describe_table(**DATABASE, Schema="public", Table=table)["ColumnList"]
    assert [(column["name"], column["typeName"], column["nullable"]) for column in columns] == [
        ("id", "int4", 0),
        ("name", "varchar", 1),
        ("price", "numeric", 1),
    ]
    assert (columns[1]["length"], columns[2]["precision"], columns[2]["scale"]) == (40, 8, 2)
    page = api.client.list_tables(**DATABASE, SchemaPattern="pg_catalog", MaxResults=2)
    assert (len(page["Tables"]), page["NextToken"]) == (2, "2")


def test_ids_that_are_wrong(api: DataApi) -> None:
    refused("ResourceNotFoundException", "Query does not exist", api.client.describe_statement, Id=str(uuid.uuid4()))
    refused("ValidationException", "regex pattern", api.client.describe_statement, Id="nonsense")


def test_keys_are_neither_told_nor_kept(cloud: Cloud, api: DataApi) -> None:
    sql = "COPY no_such FROM 's3://b/k' CREDENTIALS 'aws_access_key_id=AKIASECRET;aws_secret_access_key=hush' CSV"
    described = api.run(sql)
    assert described["QueryString"] == "COPY no_such FROM 's3://b/k' CREDENTIALS '***' CSV"
    assert not re.search("AKIASECRET|hush", json.dumps(described, default=str))
    kept = "".join(file.read_text() for file in Path(cloud.root / "state").rglob("*.json"))
    assert described["Id"] in kept
    assert "AKIASECRET" not in kept
    assert "hush" not in kept


def test_statements_outlive_the_server(tmp_path: Path) -> None:
    with serving(tmp_path / "cloud", "--spark", "cold") as first:
        api = DataApi.of(first)
        done = api.run("SELECT 42")["Id"]
        lost = api.submit("SELECT pg_sleep(60)")
        api.wait(lost, "STARTED")
        first.process.send_signal(signal.SIGKILL)
        first.process.wait(10)
    with serving(tmp_path / "cloud", "--spark", "cold") as second:
        api = DataApi.of(second)
        assert api.client.get_statement_result(Id=done)["Records"] == [[{"longValue": 42}]]
        described = api.describe(lost)
        assert (described["Status"], described["Error"]) == (
            "FAILED",
            "ERROR: the local cloud stopped while the statement was running",
        )
        killed = api.submit("SELECT pg_sleep(60)")
        api.wait(killed, "STARTED")
        os.kill(second.status()["redshift"]["pid"], signal.SIGKILL)
        assert re.fullmatch("ERROR: .*closed the connection.*", api.wait(killed)["Error"])
        assert api.value("SELECT 43") == 43
        stopped = api.submit("SELECT pg_sleep(60)")
        api.wait(stopped, "STARTED")
    record = json.loads((tmp_path / f"cloud/state/redshift/statements-us-east-1/{stopped}.json").read_text())
    assert (record["status"], record["error"]) == ("FAILED", described["Error"])
