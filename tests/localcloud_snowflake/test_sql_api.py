"""The SQL API, as SnowflakeSqlApiOperator uses it: through the proxy, with a key pair."""

import datetime
import time
from typing import Any

import jwt
import pytest
import requests
from conftest import DATABASE, Server, Session, running
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(65537, 2048)


class Api:
    def __init__(self, server: Server, account: str = "LOCAL") -> None:
        self.url = "https://local.snowflakecomputing.com/api/v2/statements"
        self.http = requests.Session()
        self.http.proxies = {"https": f"http://127.0.0.1:{server.port}"}
        self.http.verify = str(server.bundle)
        self.http.trust_env = False
        now = datetime.datetime.now(datetime.UTC)
        claims = {
            "iss": f"{account}.ME.SHA256:x",
            "sub": f"{account}.ME",
            "iat": now,
            "exp": now + datetime.timedelta(hours=1),
        }
        self.http.headers["Authorization"] = "Bearer " + jwt.encode(claims, KEY, algorithm="RS256")
        self.http.headers["X-Snowflake-Authorization-Token-Type"] = "KEYPAIR_JWT"

    def post(self, statement: str, count: int = 1, query: str = "", **body: Any) -> requests.Response:
        given = {"database": DATABASE, "schema": "S", "parameters": {"MULTI_STATEMENT_COUNT": count}}
        return self.http.post(f"{self.url}?{query}", json={"statement": statement, **given, **body}, timeout=30)

    def get(self, handle: str, query: str = "") -> requests.Response:
        return self.http.get(f"{self.url}/{handle}?{query}", timeout=30)


@pytest.fixture
def api(server: Server, session: Session) -> Api:
    return Api(server)


def test_a_query(api: Api) -> None:
    moments = "'2024-01-02'::DATE AS e, '1969-12-31 23:59:59.5'::TIMESTAMP AS f"
    answer = api.post(f"SELECT 1 AS a, 'x' AS b, NULL AS c, TRUE AS d, {moments}")
    assert answer.status_code == 200
    assert answer.json()["data"] == [["1", "x", None, "true", "19724", "-1.500000000"]]
    types = [(column["name"], column["type"]) for column in answer.json()["resultSetMetaData"]["rowType"]]
    assert types[:2] == [("A", "fixed"), ("B", "text")]


def test_an_asynchronous_statement(api: Api) -> None:
    started = api.post("SELECT COUNT(*) FROM RANGE(100000)", query="async=true")
    assert started.status_code in (200, 202)
    answer = api.get(started.json()["statementHandle"])
    assert (answer.status_code, answer.json()["data"]) == (200, [["100000"]])


def test_several_statements(api: Api) -> None:
    answer = api.post("CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (2); SELECT SUM(a) FROM t;", count=3).json()
    assert len(answer["statementHandles"]) == 3
    assert api.get(answer["statementHandles"][2]).json()["data"] == [["3"]]
    wrong = api.post("SELECT 1; SELECT 2", count=1)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "000008")
    assert api.post("SELECT 1; SELECT 2", count=0).status_code == 200


def test_an_error_stops_the_rest(api: Api) -> None:
    failed = api.post("SELECT 1; SELECT * FROM nowhere; CREATE TABLE never (a INT)", count=3)
    assert failed.status_code == 422
    assert "NOWHERE" in failed.json()["message"]
    handles = failed.json()["statementHandles"]
    assert [api.get(handle).status_code for handle in handles] == [200, 422, 422]
    assert api.post("SELECT * FROM never").status_code == 422


def test_bindings(api: Api) -> None:
    bindings = {"1": {"type": "FIXED", "value": "7"}, "2": {"type": "TEXT", "value": "it's"}}
    assert api.post("SELECT ?, ?", bindings=bindings).json()["data"] == [["7", "it's"]]


def test_partitions(api: Api) -> None:
    answer = api.post("SELECT range AS n FROM RANGE(25000) ORDER BY 1").json()
    assert [part["rowCount"] for part in answer["resultSetMetaData"]["partitionInfo"]] == [10000, 10000, 5000]
    assert api.get(answer["statementHandle"], "partition=2").json()["data"][-1] == ["24999"]


def test_cancel_and_timeout(api: Api) -> None:
    endless = "SELECT COUNT(*) FROM RANGE(100000000000) a, RANGE(1000) b"
    handle = api.post(endless, query="async=true").json()["statementHandle"]
    time.sleep(0.3)
    assert api.http.post(f"{api.url}/{handle}/cancel", timeout=5).status_code == 200
    cancelled = api.get(handle)
    assert (cancelled.status_code, cancelled.json()["code"]) == (422, "000604")
    late = api.post(endless, timeout=1)
    assert (late.status_code, late.json()["code"]) == (422, "000630")


def test_refusals(api: Api, server: Server) -> None:
    assert api.get("no-such-handle").status_code == 404
    refused = Api(server, account="OTHER").post("SELECT 1")
    assert refused.status_code == 401
    assert "OTHER" in refused.json()["message"]
    api.http.headers["Authorization"] = "Bearer nonsense"
    assert api.post("SELECT 1").json()["code"] == "390144"


def test_results_survive_a_restart(tmp_path) -> None:
    with running(tmp_path) as server:
        handle = Api(server).post("SELECT 42").json()["statementHandle"]
    with running(tmp_path) as server:
        assert Api(server).get(handle).json()["data"] == [["42"]]
