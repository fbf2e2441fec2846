"""Temporary tables: of one session, in any schema, before permanent ones of the same name."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Server, Session, running, start
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import ProgrammingError

NOTHING = [("Copy executed with 0 files processed.",)]
COPY = "COPY INTO t FROM @lake/csv/ FILE_FORMAT = (TYPE = CSV)"


@pytest.fixture
def own(server: Server, session: Session) -> Iterator[Session]:
    """A session in the schema of `session`, and for this test only."""
    with server.connect(schema="S") as connection:
        yield Session(connection, session.bucket)


@pytest.fixture
def both(session: Session, own: Session) -> Session:
    """A permanent table with one row, and in `own` a temporary one with none."""
    session.run("CREATE TABLE t (id NUMBER, name VARCHAR)")
    session.run("INSERT INTO t VALUES (1, 'permanent')")
    own.run("CREATE TEMPORARY TABLE t (id NUMBER, name VARCHAR)")
    return own


@pytest.mark.parametrize(
    "create",
    [
        "CREATE TEMPORARY TABLE t (id NUMBER)",
        "CREATE TEMP TABLE s.t (id NUMBER)",
        "CREATE VOLATILE TABLE tests.s.t (id NUMBER)",
        "CREATE LOCAL TEMPORARY TABLE s.t (id NUMBER)",
        "CREATE GLOBAL TEMP TABLE s.t (id NUMBER)",
        "CREATE OR REPLACE TEMPORARY TABLE s.t (id NUMBER)",
        "CREATE TEMPORARY TABLE IF NOT EXISTS s.t (id NUMBER)",
        "CREATE TEMPORARY TABLE IDENTIFIER('s.t') (id NUMBER)",
        "CREATE TEMPORARY TABLE s.t LIKE s.model",
        "CREATE TEMPORARY TABLE s.t CLONE s.model",
        "CREATE TEMPORARY TABLE s.t AS SELECT * FROM s.model",
        "CREATE TEMPORARY TABLE s.t (id NUMBER) COMMENT = 'x' AS SELECT id FROM s.model",
    ],
)
def test_all_forms_of_create(session: Session, own: Session, create: str) -> None:
    session.run("CREATE TABLE model (id NUMBER)")
    assert own.run(create) == [("Table T successfully created.",)]
    own.run("INSERT INTO t VALUES (1)")
    for name in ("t", "s.t", "tests.s.t", '"TESTS"."S"."T"', "IDENTIFIER('s.t')"):
        assert own.run(f"SELECT id FROM {name}") == [(1,)]
    with pytest.raises(ProgrammingError, match="does not exist"):
        session.run("SELECT * FROM t")
    assert own.run("DROP TABLE s.t") == [("T successfully dropped.",)]
    with pytest.raises(ProgrammingError, match="does not exist"):
        own.run("SELECT * FROM t")


def test_a_second_one_of_the_name(both: Session) -> None:
    both.run("INSERT INTO t VALUES (2, 'kept')")
    with pytest.raises(ProgrammingError, match="Object 'T' already exists") as caught:
        both.run("CREATE TEMPORARY TABLE t (id NUMBER)")
    assert caught.value.errno == 2002
    answer = both.run("CREATE TEMPORARY TABLE IF NOT EXISTS s.t (id NUMBER)")
    assert answer == [("T already exists, statement succeeded.",)]
    assert both.run("SELECT name FROM t") == [("kept",)]
    both.run("CREATE OR REPLACE TEMPORARY TABLE t (id NUMBER)")
    assert both.run("SELECT * FROM t") == []


def test_the_rows_of_clones_and_defaults(own: Session) -> None:
    own.run("CREATE TABLE model AS SELECT 7 AS id")
    own.run("CREATE TEMPORARY TABLE cloned CLONE model")
    own.run("CREATE TEMPORARY TABLE empty LIKE model")
    own.run("CREATE TEMPORARY TABLE counted (id NUMBER AUTOINCREMENT, a NUMBER DEFAULT 5)")
    own.run("INSERT INTO counted (a) VALUES (1), (2)")
    own.run("INSERT INTO counted (id) VALUES (9)")
    assert own.run("SELECT id FROM cloned") == [(7,)]
    assert own.run("SELECT id FROM empty") == []
    assert own.run("SELECT * FROM counted ORDER BY id") == [(1, 1), (2, 2), (9, 5)]


def test_sessions_do_not_see_each_other(server: Server, session: Session, both: Session) -> None:
    both.run("INSERT INTO t VALUES (2, 'own')")
    with server.connect(schema="S") as connection:
        third = Session(connection, session.bucket)
        third.run("CREATE TEMPORARY TABLE t AS SELECT 'third' AS name")
        assert third.run("SELECT name FROM t") == [("third",)]
        assert both.run("SELECT name FROM t") == [("own",)]
        assert session.run("SELECT name FROM t") == [("permanent",)]
    both.run("DROP TABLE t")
    assert both.run("SELECT name FROM t") == [("permanent",)], "no longer hidden"


def test_each_statement_takes_the_temporary_table(session: Session, both: Session) -> None:
    both.run("INSERT INTO s.t (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c')")
    both.run("UPDATE t SET name = 'z' WHERE t.id = 3")
    both.run("DELETE FROM tests.s.t WHERE s.t.id = 2")
    assert both.run("SELECT s.t.id, t.name FROM s.t ORDER BY t.id") == [(1, "a"), (3, "z")]
    both.run("INSERT OVERWRITE INTO t SELECT 5, 'five'")
    assert both.run("SELECT * FROM (SELECT id FROM t) q JOIN t ON q.id = t.id") == [(5, 5, "five")]
    both.run("TRUNCATE TABLE s.t")
    assert both.value("SELECT COUNT(*) FROM t") == 0
    assert session.run("SELECT * FROM t") == [(1, "permanent")]


def test_a_bound_value(own: Session) -> None:
    own.connection.cursor().execute("CREATE TEMPORARY TABLE s.b AS SELECT %s AS a", ("it's",))
    assert own.run("SELECT a FROM b") == [("it's",)]


def test_rows_move_between_temporary_and_permanent(session: Session, both: Session) -> None:
    both.run("CREATE TABLE kept (id NUMBER, name VARCHAR)")
    both.run("INSERT INTO kept VALUES (1, 'old'), (2, 'old')")
    both.run("INSERT INTO t VALUES (2, 'new'), (3, 'new')")
    both.run("BEGIN")
    both.run("DELETE FROM kept USING t WHERE kept.id = t.id")
    both.run("INSERT INTO kept SELECT * FROM s.t")
    both.run("COMMIT")
    assert session.run("SELECT * FROM kept ORDER BY id") == [(1, "old"), (2, "new"), (3, "new")]


@pytest.mark.parametrize("alias", ["", "AS n"])
def test_merge_from_a_temporary_table(session: Session, both: Session, alias: str) -> None:
    both.run("CREATE TABLE kept AS SELECT 1 AS id, 'old' AS name UNION ALL SELECT 2, 'old'")
    both.run("INSERT INTO t VALUES (2, 'new'), (3, 'new')")
    new = "n" if alias else "t"
    counts = both.run(
        f"MERGE INTO kept USING s.t {alias} ON kept.id = {new}.id WHEN MATCHED THEN UPDATE SET name = {new}.name "
        f"WHEN NOT MATCHED THEN INSERT (id, name) VALUES ({new}.id, {new}.name)"
    )
    assert counts == [(1, 1)]
    assert session.run("SELECT * FROM kept ORDER BY id") == [(1, "old"), (2, "new"), (3, "new")]


@pytest.mark.parametrize("target", ["t", "s.t"])
def test_merge_into_a_temporary_table(session: Session, both: Session, target: str) -> None:
    both.run("INSERT INTO t VALUES (1, 'x'), (2, 'y')")
    both.run(
        f"MERGE INTO {target} USING (SELECT 1 AS id UNION ALL SELECT 3) n ON t.id = n.id "
        "WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id) VALUES (n.id)"
    )
    assert both.run("SELECT id FROM t ORDER BY id") == [(2,), (3,)]
    assert session.run("SELECT * FROM t") == [(1, "permanent")]


def test_the_names_of_a_with_come_first(both: Session) -> None:
    both.run("INSERT INTO t VALUES (4, 'temporary')")
    assert both.run("WITH t AS (SELECT 'cte' AS name) SELECT name FROM t") == [("cte",)]
    assert both.run("WITH t AS (SELECT name FROM t) SELECT name FROM t") == [("temporary",)]
    assert both.run("WITH a AS (SELECT * FROM t), b AS (SELECT * FROM a) SELECT name FROM b") == [("temporary",)]
    assert both.run("WITH t AS (SELECT 'cte' AS name) SELECT name FROM s.t") == [("temporary",)]


def test_copy_loads_each_file_once_and_only_into_the_own_table(session: Session, both: Session) -> None:
    session.write("csv/a.csv", "1,a\n2,b\n")
    assert both.rows(COPY)[0]["rows_loaded"] == 2
    assert both.run(COPY) == NOTHING
    assert both.value("SELECT COUNT(*) FROM t") == 2
    assert session.rows(COPY)[0]["rows_loaded"] == 2, "the permanent table has not loaded it yet"
    both.run("TRUNCATE TABLE t")
    assert both.rows(COPY)[0]["rows_loaded"] == 2
    assert session.run(COPY) == NOTHING, "and keeps its load metadata"
    both.run("DROP TABLE t")
    both.run("CREATE TEMPORARY TABLE t LIKE t")
    assert both.rows(COPY)[0]["rows_loaded"] == 2


def test_copy_leaves_no_load_metadata_behind(server: Server, session: Session, both: Session) -> None:
    session.write("csv/a.csv", "1,a\n")
    both.run(COPY)
    assert session.run("SELECT * FROM information_schema.load_history WHERE table_name = 'T'") == []
    with server.connect(schema="S") as connection:
        again = Session(connection, session.bucket)
        again.run("CREATE TEMPORARY TABLE t (id NUMBER, name VARCHAR)")
        assert again.rows(COPY)[0]["rows_loaded"] == 1


def test_unload_takes_the_temporary_table(session: Session, both: Session) -> None:
    both.run("INSERT INTO t VALUES (8, 'own')")
    both.run("COPY INTO @lake/out/ FROM t FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)")
    assert [file.read_text() for file in (session.bucket / "out").iterdir()] == ["8,own\n"]


def test_describe_and_alter(session: Session, both: Session) -> None:
    both.run("ALTER TABLE t ADD COLUMN extra FLOAT")
    described = [(row["name"], row["type"]) for row in both.rows("DESCRIBE TABLE t")]
    assert described == [("ID", "NUMBER(38,0)"), ("NAME", "VARCHAR(16777216)"), ("EXTRA", "FLOAT")]
    assert [row["column_name"] for row in both.rows("SHOW COLUMNS IN TABLE t")] == ["ID", "NAME", "EXTRA"]
    assert len(session.run("DESCRIBE TABLE t")) == 2
    both.run("ALTER TABLE s.t RENAME TO s.u")
    assert len(both.run("DESC TABLE tests.s.u")) == 3
    assert both.run("SELECT name FROM t") == [("permanent",)]


def test_the_lists_show_the_own_ones_only(session: Session, both: Session) -> None:
    both.run("COMMENT ON TABLE t IS 'mine'")
    shown = {(row["kind"], row["name"], row["comment"]) for row in both.rows("SHOW TABLES")}
    assert shown == {("TABLE", "T", ""), ("TEMPORARY", "T", "mine")}
    assert [row["kind"] for row in session.rows("SHOW TABLES IN ACCOUNT") if row["name"] == "T"] == ["TABLE"]
    query = "SELECT table_type, comment FROM information_schema.tables t WHERE t.table_schema = 'S' ORDER BY 1"
    assert both.run(query) == [("BASE TABLE", None), ("LOCAL TEMPORARY", "mine")]
    assert session.run(query) == [("BASE TABLE", None)]
    columns = "SELECT COUNT(*) FROM information_schema.columns WHERE table_name = 'T' AND table_schema = 'S'"
    assert (both.value(columns), session.value(columns)) == (4, 2)


def test_a_view_over_a_temporary_table_is_refused(both: Session) -> None:
    with pytest.raises(ProgrammingError, match="does not support a view over the temporary table T"):
        both.run("CREATE VIEW v AS SELECT * FROM t")


def test_a_permanent_table_can_be_made_behind_it(session: Session, own: Session) -> None:
    own.run("CREATE TEMPORARY TABLE t AS SELECT 'temporary' AS name")
    own.run("CREATE TABLE t AS SELECT 'permanent' AS name")
    assert own.run("SELECT name FROM t") == [("temporary",)]
    assert session.run("SELECT name FROM t") == [("permanent",)]


def test_a_dropped_schema_takes_them_with_it(own: Session) -> None:
    own.run("CREATE OR REPLACE SCHEMA gone")
    own.run("CREATE TEMPORARY TABLE gone.t (a INT)")
    own.run("CREATE TEMPORARY TABLE s.t (a INT)")
    own.run("DROP SCHEMA gone")
    own.run("CREATE SCHEMA gone")
    with pytest.raises(ProgrammingError, match="does not exist"):
        own.run("SELECT * FROM gone.t")
    assert own.run("SELECT * FROM s.t") == []
    own.run("DROP SCHEMA gone")


def test_it_commits_a_transaction_as_ddl_does(session: Session, own: Session) -> None:
    own.run("CREATE TABLE kept (a INT)")
    own.run("BEGIN")
    own.run("INSERT INTO kept VALUES (1)")
    own.run("CREATE TEMPORARY TABLE t (a INT)")
    own.run("ROLLBACK")
    assert session.run("SELECT a FROM kept") == [(1,)]
    assert own.run("SELECT * FROM t") == []


def test_fakesnow_keeps_nothing_of_it(own: Session) -> None:
    """Its tables of comments and lengths are in a file."""
    own.run("CREATE TEMPORARY TABLE t (a VARCHAR(20), b VARCHAR(5)) COMMENT = 'x'")
    own.run("ALTER TABLE t ADD COLUMN c VARCHAR(7)")
    own.run("COMMENT ON TABLE t IS 'y'")
    for kept in ("_fs_columns_ext", "_fs_tables_ext"):
        query = f"SELECT COUNT(*) FROM _fs_global._fs_information_schema.{kept} WHERE ext_table_catalog = 'temp'"
        assert own.value(query) == 0


def _made(connection: SnowflakeConnection) -> None:
    cursor = connection.cursor()
    cursor.execute("CREATE OR REPLACE TEMPORARY TABLE t (a VARCHAR(20)) COMMENT = 'x'")
    cursor.execute("INSERT INTO t VALUES ('1')")


def _is_there(connection: SnowflakeConnection) -> bool:
    return connection.cursor().execute("SHOW TABLES LIKE 'T' IN ACCOUNT").fetchall() != []


def test_it_ends_with_the_session_and_the_server(tmp_path: Path) -> None:
    """However they end; one server, as it takes a while to start."""
    with running(tmp_path) as server:
        with server.connect(schema="PUBLIC") as connection:
            _made(connection)
            assert _is_there(connection)
        with server.connect(schema="PUBLIC") as connection:
            assert not _is_there(connection)
            _made(connection)
        lost = server.connect(schema="PUBLIC")
        _made(lost)
        server.stop(signal.SIGKILL)
        again = start(server.root, server.s3)
        try:
            assert not _is_there(again.connect(schema="PUBLIC"))
        finally:
            again.stop(signal.SIGKILL)
