"""The inner names of the pinned packages that the server uses are what it takes them for."""

import inspect
from importlib.metadata import version

import fakesnow.server
import pytest
from fakesnow import conn, cursor, info_schema, instance, macros
from fakesnow.converter import from_binding
from fakesnow.expr import normalise_ident
from fakesnow.rowtype import describe_as_rowtype, duckdb_to_sf_type
from fakesnow.transforms import SERVER_VERSION, file_format, show, stage
from sqlglot import exp, parse_one, tokenize

from localcloud.layout import SetupError
from localcloud.snowflake import pinned


def parameters(function: object) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    pinned.check()
    monkeypatch.setitem(pinned.PINS, "fakesnow", "0.0.1")
    with pytest.raises(SetupError, match=f"fakesnow 0.0.1 is needed, {version('fakesnow')} is installed"):
        pinned.check()


def test_cursor() -> None:
    made = cursor.FakeSnowflakeCursor
    assert parameters(made.execute)[:3] == ["self", "command", "params"]
    assert parameters(made._execute) == ["self", "transformed", "params"]
    assert parameters(made._transform) == ["self", "expression", "params"]
    assert parameters(made._describe_last_sql) == ["self"]
    assert parameters(made._inline_variables) == ["self", "sql"]
    assert parameters(made.__init__) == ["self", "conn", "duck_conn", "use_dict_result"]
    source = inspect.getsource(made)
    for name in ("_arrow_table", "_conn", "_duck_conn", "_sfqid"):
        assert f"self.{name}" in source


def test_connection_and_instance() -> None:
    source = inspect.getsource(conn.FakeSnowflakeConnection)
    for name in (
        "database",
        "_schema",
        "database_set",
        "schema_set",
        "_autocommit",
        "_in_transaction",
        "results_cache",
    ):
        assert f"self.{name} " in source
    assert parameters(instance.FakeSnow.connect)[:4] == ["self", "database", "schema", "nop_regexes"]
    assert instance.GLOBAL_DATABASE_NAME == "_fs_global"


def test_server() -> None:
    for name in ("query_request", "session", "monitoring_query", "bucket_upload", "to_token", "sessions", "shared_fs"):
        assert hasattr(fakesnow.server, name)
    source = inspect.getsource(fakesnow.server.query_request)
    assert "parse_one(sql_text)" in source
    assert "cur._describe_last_sql()" in source


def test_tables_and_macros() -> None:
    sql = info_schema.fs_global_creation_sql() + show.fs_global_creation_sql()
    for name in ("_fs_stages", "_fs_file_formats"):
        assert f"_fs_global._fs_information_schema.{name}" in sql
    per_database = info_schema.per_db_creation_sql("D")
    assert "D._fs_information_schema._fs_load_history" in per_database
    assert "D._fs_flatten" in macros.creation_sql("D")


def test_helpers() -> None:
    assert normalise_ident('"a"') == "a"
    assert normalise_ident("a") == "A"
    assert from_binding({"type": "FIXED", "value": "7"}) == 7
    assert duckdb_to_sf_type["VARCHAR"] == "text"
    assert describe_as_rowtype([("A", "BIGINT", None, None, None, None)])[0]["type"] == "fixed"
    assert SERVER_VERSION.count(".") == 2
    assert parameters(file_format.lookup_file_format)[:2] == ["duck_conn", "name"]
    assert isinstance(stage.LOCAL_BUCKET_PATH, str)


def test_sqlglot() -> None:
    table = parse_one("SELECT t.$1 FROM @s/x (FILE_FORMAT => 'f', PATTERN => 'p') t", read="snowflake").find(exp.Table)
    assert (table.this.name, table.args["format"].name, table.args["pattern"].name) == ("@s/x", "f", "p")
    scan = parse_one("SELECT * FROM TABLE(RESULT_SCAN('x'))", read="snowflake").find(exp.TableFromRows)
    assert scan.this.name == "RESULT_SCAN"
    token = tokenize("a  'b''c'", read="snowflake")[1]
    assert (token.start, token.end, token.text) == (3, 8, "b'c")
