"""What would reach files and programs of this machine is refused by name, and nothing else with it."""

from __future__ import annotations

import pytest

from localcloud.redshift import words
from localcloud.redshift.data_api_parameters import redact
from localcloud.redshift.errors import FEATURE_NOT_SUPPORTED, SqlError
from localcloud.redshift.machine import refuse_machine

BODY = "CREATE OR REPLACE PROCEDURE p() AS $body$ BEGIN {}; END; $body$ LANGUAGE plpgsql"


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("SELECT pg_read_file('x')", "pg_read_file"),
        ("SELECT pg_catalog.PG_READ_BINARY_FILE('x')", "pg_read_binary_file"),
        ("SELECT \"pg_ls_dir\" ('.')", "pg_ls_dir"),
        ("SELECT lo_import('x')", "lo_import"),
        ("INSERT INTO t SELECT lo_export(1, 'x')", "lo_export"),
        ("SELECT * FROM dblink('host=x', 'SELECT 1') AS t (a INT)", "dblink"),
        ("SELECT dblink_connect('x')", "dblink_connect"),
        ("COPY t FROM PROGRAM 'id'", "COPY … PROGRAM"),
        ("COPY (SELECT 1) TO PROGRAM 'cat'", "COPY … PROGRAM"),
        ("CREATE FUNCTION f() RETURNS INT AS 'x.so', 'f' LANGUAGE C", "functions in c"),
        ("CREATE FUNCTION f() RETURNS INT LANGUAGE 'internal' AS 'f'", "functions in internal"),
        ('CREATE OR REPLACE FUNCTION f() RETURNS INT AS $$ 1 $$ LANGUAGE "plpython3u"', "functions in plpython3u"),
        (BODY.format("PERFORM pg_read_file('x')"), "pg_read_file"),
        (BODY.format("COPY t FROM PROGRAM 'id'"), "COPY … PROGRAM"),
        (BODY.format("EXECUTE 'COPY t TO PROGRAM ''id'''"), "COPY … PROGRAM"),
        (BODY.format("COPY t (a) FROM '/etc/hostname'"), "COPY in the body"),
        ("CREATE FUNCTION f() RETURNS TEXT AS 'SELECT pg_read_file(''x'')' LANGUAGE sql", "pg_read_file"),
    ],
)
def test_it_is_refused_by_name(statement: str, named: str) -> None:
    with pytest.raises(SqlError) as refusal:
        refuse_machine(words.read(statement))
    assert refusal.value.code == FEATURE_NOT_SUPPORTED
    assert f"does not support {named}" in str(refusal.value).replace("the function ", "")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 'pg_read_file(1)', pg_read_file FROM t",
        "SELECT * FROM program AS p",
        "COPY program FROM 's3://lake/x' IAM_ROLE default",
        "CREATE FUNCTION f(language VARCHAR) RETURNS VARCHAR IMMUTABLE AS $$ SELECT $1 $$ LANGUAGE SQL",
        BODY.format("SELECT a INTO b FROM t; INSERT INTO t VALUES ('it''s from a copy')"),
        BODY.format("RAISE INFO 'an unclosed '' quote'"),
    ],
)
def test_the_rest_passes(statement: str) -> None:
    refuse_machine(words.read(statement))


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        (r"CREATE USER u PASSWORD 'a\'secret' CREATEDB", "CREATE USER u PASSWORD '***' CREATEDB"),
        (r"COPY t SECRET_ACCESS_KEY 'a''secret\\' REGION 'r'", "COPY t SECRET_ACCESS_KEY '***' REGION 'r'"),
        ("COPY t CREDENTIALS AS 'a\nsecret' CSV", "COPY t CREDENTIALS AS '***' CSV"),
        ("COPY t SESSION_TOKEN'secret' CSV", "COPY t SESSION_TOKEN'***' CSV"),
    ],
)
def test_secrets_are_not_told(sql: str, shown: str) -> None:
    assert redact(sql) == shown
