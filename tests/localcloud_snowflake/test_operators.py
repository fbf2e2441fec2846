"""Unmodified operators of Airflow's Snowflake provider, in Airflow's own environment."""

import json
import os
import subprocess

from conftest import DATABASE, REPOSITORY, Server, Session
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

PYTHON = REPOSITORY / ".venv" / "bin" / "python"
SCRIPT = """
from unittest.mock import MagicMock
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.snowflake.operators.snowflake import SnowflakeSqlApiOperator
from airflow.providers.snowflake.transfers.copy_into_snowflake import CopyFromExternalStageToSnowflakeOperator

def run(operator):
    return operator.execute(MagicMock())

run(SQLExecuteQueryOperator(task_id="ddl", conn_id="sf", split_statements=True, return_last=False, sql='''
    CREATE TABLE t (id NUMBER, name VARCHAR);
    CREATE FILE FORMAT csvs TYPE = CSV SKIP_HEADER = 1;
    CREATE EXTERNAL TABLE e (c VARCHAR AS (VALUE:CLASS_NAME::VARCHAR))
    LOCATION = @lake/iris/ FILE_FORMAT = (TYPE = PARQUET);
    ALTER EXTERNAL TABLE e REFRESH;'''))
print(run(SQLExecuteQueryOperator(task_id="external", conn_id="sf", sql="SELECT c FROM e")))
run(CopyFromExternalStageToSnowflakeOperator(task_id="copy", snowflake_conn_id="sf", table="t", schema="S",
    stage="lake", prefix="csv", pattern=".*[.]csv", file_format="(FORMAT_NAME = csvs)"))
print(run(SQLExecuteQueryOperator(task_id="bound", conn_id="sf", sql="SELECT * FROM t WHERE id = %(n)s",
    parameters={"n": 1})))
run(SnowflakeSqlApiOperator(task_id="api", snowflake_conn_id="sf", schema="S", database="TESTS", durable=False,
    statement_count=2, sql="INSERT INTO t VALUES (2, 'api'); INSERT INTO t VALUES (3, 'api');"))
run(SnowflakeSqlApiOperator(task_id="deferrable", snowflake_conn_id="sf", schema="S", database="TESTS", deferrable=True,
    statement_count=1, sql="INSERT INTO t VALUES (4, 'deferrable')"))
try:
    run(SnowflakeSqlApiOperator(task_id="fails", snowflake_conn_id="sf", schema="S", database="TESTS", deferrable=True,
        statement_count=1, sql="SELECT * FROM nowhere"))
except RuntimeError as error:
    print("NOWHERE" in str(error))
"""


def test_operators(server: Server, session: Session, tmp_path) -> None:
    session.write_parquet("iris/a.parquet", "SELECT 'setosa' AS CLASS_NAME, 50 AS N")
    session.write("csv/a.csv", "id,name\n1,x\n")
    key = rsa.generate_private_key(65537, 2048)
    (tmp_path / "key.p8").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    where = {"account": "local", "host": "localhost", "port": server.port, "database": DATABASE}
    extra = {**where, "private_key_file": f"{tmp_path}/key.p8"}
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW_CONN_SF": json.dumps({"conn_type": "snowflake", "login": "me", "schema": "S", "extra": extra}),
        "REQUESTS_CA_BUNDLE": str(server.bundle),
        "SSL_CERT_FILE": str(server.bundle),
        # a proxy for this one host: requests looks it up by the name <scheme>://<host>_proxy
        "https://local.snowflakecomputing.com_proxy": f"http://127.0.0.1:{server.port}",
    }
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [str(PYTHON), "-c", SCRIPT], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [line for line in done.stdout.splitlines() if line in ("[('setosa',)]", "[(1, 'x')]", "True")]
    assert lines == ["[('setosa',)]", "[(1, 'x')]", "True"], done.stdout[-3000:]
    assert session.run("SELECT id FROM t ORDER BY id") == [(1,), (2,), (3,), (4,)]
