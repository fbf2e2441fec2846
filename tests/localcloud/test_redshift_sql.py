"""Redshift's SQL: the values that it gives, where PostgreSQL's would be others."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import warehouse
from cloud import Cloud
from hypothesis import given, settings
from hypothesis import strategies as st
from warehouse import Connection, Warehouse, refusal, run

from localcloud.redshift import words
from localcloud.redshift.errors import SqlError
from localcloud.redshift.rewrite import Rewriter


@pytest.fixture(scope="module")
def redshift(cloud: Cloud) -> Warehouse:
    return warehouse.of(cloud, "sql")


@pytest.fixture(scope="module")
def session(redshift: Warehouse) -> Iterator[Connection]:
    with contextlib.closing(redshift.connect()) as connection:
        yield connection


def value(session: Connection, expression: str) -> Any:
    ((found,),) = run(session, f"SELECT {expression}")
    return found


D = datetime.date
T = datetime.datetime


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # boundaries, not elapsed time
        ("DATEDIFF(year, '2023-12-31'::DATE, '2024-01-01'::DATE)", 1),
        ("DATEDIFF('qtr', '2024-03-31'::DATE, '2024-04-01'::DATE)", 1),
        ("DATEDIFF(mon, '2024-01-31'::DATE, '2024-02-01'::DATE)", 1),
        ("DATEDIFF(week, '2024-01-06'::DATE, '2024-01-07'::DATE)", 1),
        ("DATEDIFF(week, '2024-01-07'::DATE, '2024-01-13'::DATE)", 0),
        ("DATEDIFF(day, '2024-01-01 23:59'::TIMESTAMP, '2024-01-02 00:01'::TIMESTAMP)", 1),
        ("DATEDIFF(hour, '2024-01-01 01:59'::TIMESTAMP, '2024-01-01 02:00'::TIMESTAMP)", 1),
        ("DATEDIFF(minute, '2024-01-01 02:00'::TIMESTAMP, '2024-01-01 01:59:59'::TIMESTAMP)", -1),
        ("DATEDIFF(day, '1969-12-31'::DATE, '1970-01-01'::DATE)", 1),
        ("DATEDIFF(ms, '2024-01-01'::TIMESTAMP, '2024-01-01 00:00:01.5'::TIMESTAMP)", 1500),
        ("DATEDIFF(day, NULL, '2024-01-01'::DATE)", None),
        ("DATEADD(month, 1, '2024-01-31'::DATE)", T(2024, 2, 29)),
        ("DATEADD(month, 1, '2024-02-29'::DATE)", T(2024, 3, 31)),
        ("DATEADD(week, -1, '2024-01-01'::DATE)", T(2023, 12, 25)),
        ("DATEADD(qtr, 1, '2024-01-15'::TIMESTAMP)", T(2024, 4, 15)),
        ("DATEADD(s, 90, '2024-01-01'::TIMESTAMP)", T(2024, 1, 1, 0, 1, 30)),
        ("DATE_PART(w, '2024-01-08'::DATE)", 2),
        ("DATE_PART('dow', '2024-01-07'::DATE)", 0),
        ("DATE_TRUNC('week', '2024-01-07'::DATE)", T(2024, 1, 1)),
        ("TRUNC('2024-01-01 12:00'::TIMESTAMP)", D(2024, 1, 1)),
        ("LAST_DAY('2023-02-03'::DATE)", D(2023, 2, 28)),
        ("NEXT_DAY('2024-01-02'::DATE, 'Tuesday')", D(2024, 1, 9)),
        ("ADD_MONTHS('2024-02-29'::DATE, 12)", T(2025, 2, 28)),
        ("MONTHS_BETWEEN('2024-03-31'::DATE, '2024-02-29'::DATE)", 1),
        ("CONVERT_TIMEZONE('America/New_York', '2024-07-01 12:00'::TIMESTAMP)", T(2024, 7, 1, 8)),
        ("CONVERT_TIMEZONE('CET', 'UTC', '2024-01-01 12:00'::TIMESTAMP)", T(2024, 1, 1, 11)),
        ("TO_DATE('03-Feb-2024', 'DD-Mon-YYYY')", D(2024, 2, 3)),
        # NULL
        ("'a' || NULL", None),
        ("CONCAT('a', NULL)", None),
        ("CONCAT('a', 'b')", "ab"),
        ("NVL(NULL, NULL, 3)", 3),
        ("NVL2(NULL, 1, 2)", 2),
        ("ISNULL(NULL, 4)", 4),
        ("DECODE(NULL, NULL, 'nothing', 'something')", "nothing"),
        ("DECODE(3, 1, 'one', 2, 'two')", None),
        ("DECODE(NVL(NULL, 2), 1, 'one', 1 + 1, 'two', 'many')", "two"),
        # texts
        ("LEN('naïve')", 5),
        (r"'a\\b'", r"a\b"),
        (r"'it\'s'", "it's"),
        ("REGEXP_REPLACE('a1b22', '[0-9]+', '#')", "a#b#"),
        (r"REGEXP_REPLACE('john@x.org', '(.*)@(.*)', '$2 $1')", "x.org john"),
        (r"REGEXP_SUBSTR('id 42 and 7', '\\d+', 1, 2)", "7"),
        ("REGEXP_SUBSTR('abc', '[0-9]')", ""),
        ("REGEXP_COUNT('a,b,c', ',')", 2),
        ("REGEXP_INSTR('abc', 'c')", 3),
        ("CHARINDEX('lo', 'hello')", 4),
        ("SPLIT_PART('a,b,c', ',', 3)", "c"),
        ("STRTOL('0xFF', 16)", 255),
        ("STRTOL('-101', 2)", -5),
        ("MD5('a')", hashlib.md5(b"a").hexdigest()),
        ("SHA2('a', 512)", hashlib.sha512(b"a").hexdigest()),
        ("FUNC_SHA1('')", hashlib.sha1(b"").hexdigest()),
        (f"SHA1('{'é' * 40}')", hashlib.sha1(("é" * 40).encode()).hexdigest()),
        # JSON and SUPER
        ("""JSON_EXTRACT_PATH_TEXT('{"a": {"b": [1]}}', 'a', 'b')""", "[1]"),
        ("JSON_EXTRACT_PATH_TEXT('{}', 'a')", None),
        ("JSON_EXTRACT_PATH_TEXT('broken', 'a', true)", None),
        ('JSON_EXTRACT_ARRAY_ELEMENT_TEXT(\'["x", "y"]\', 1)', "y"),
        ("IS_VALID_JSON('{x')", False),
        ("JSON_TYPEOF(JSON_PARSE('[]'))", "array"),
        # numbers
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("CONVERT(INT, '12')", 12),
        ("'5'::SUPER", "5"),
    ],
)
def test_expressions(session: Connection, expression: str, expected: Any) -> None:
    assert value(session, expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("AVG(n)", 2),
        ("AVG(n::BIGINT)", 2),
        ("AVG(n::FLOAT)", 2.5),
        ("AVG(n::NUMERIC(8, 2))", Decimal("2.5")),
        ("MEDIAN(n)", Decimal("2.5")),
        ("LISTAGG(word, '-') WITHIN GROUP (ORDER BY n DESC)", "b-b-a-a"),
        ("LISTAGG(DISTINCT word) WITHIN GROUP (ORDER BY word)", "ab"),
        ("LISTAGG(n, ',') WITHIN GROUP (ORDER BY n)", "1,2,3,4"),
        ("APPROXIMATE COUNT(DISTINCT word)", 2),
        ("SUM(CASE WHEN n > 2 THEN 1 ELSE 0 END)", 2),
    ],
)
def test_aggregates(session: Connection, expression: str, expected: Any) -> None:
    data = "(SELECT 1 AS n, 'a' AS word UNION ALL SELECT 2, 'a' UNION ALL SELECT 3, 'b' UNION ALL SELECT 4, 'b')"
    assert run(session, f"SELECT {expression} FROM {data}") == [[expected]]


def test_ratio_to_report(session: Connection) -> None:
    data = "(SELECT 1 AS n UNION SELECT 3 UNION SELECT 9)"
    sql = f"SELECT n, RATIO_TO_REPORT(n) OVER (PARTITION BY n > 5) FROM {data} ORDER BY n"
    assert run(session, sql) == [[1, 0.25], [3, 0.75], [9, 1.0]]


def test_the_clock(session: Connection) -> None:
    assert value(session, "GETDATE() = DATE_TRUNC('second', GETDATE())") is True
    assert abs(value(session, "SYSDATE") - T.now(datetime.UTC).replace(tzinfo=None)) < datetime.timedelta(seconds=30)


def test_top_belongs_to_its_own_query(session: Connection) -> None:
    data = "(SELECT 1 AS n UNION SELECT 2 UNION SELECT 3)"
    last, first = f"SELECT TOP 1 n FROM {data} ORDER BY n DESC", f"SELECT TOP 2 n FROM {data} ORDER BY n"
    sql = f"SELECT * FROM ({last}) UNION ALL SELECT * FROM ({first})"
    assert run(session, sql) == [[3], [1], [2]]


def test_names_are_folded_unless_told_otherwise(redshift: Warehouse) -> None:
    with redshift.table('"Id" int, "Two Words" int') as table, contextlib.closing(redshift.connect()) as connection:
        assert run(connection, f'SELECT "ID", "two words" FROM {table.upper()}') == []
        run(connection, "SET enable_case_sensitive_identifier TO true")
        assert refusal(connection, f'SELECT "ID" FROM {table}')["C"] == "42703"


def test_comments_and_quotes_are_left_alone(session: Connection) -> None:
    texts = "SELECT /* getdate( */ 'sysdate; -- x' AS a, -- TOP 5\n $$nvl($1,$2)$$ AS b"
    sql = f'{texts}, "sysdate" FROM (SELECT 1 AS sysdate)'
    assert run(session, sql) == [["sysdate; -- x", "nvl($1,$2)", 1]]


def test_identity(redshift: Warehouse) -> None:
    with redshift.table("id BIGINT IDENTITY(10, 5), a INT") as table:
        redshift.rows(f"INSERT INTO {table} (a) VALUES (1), (2)")
        assert redshift.rows(f"SELECT id FROM {table} ORDER BY a") == [[10], [15]]
        assert redshift.error(f"INSERT INTO {table} (id, a) VALUES (1, 1)")["C"] == "428C9"


def test_keys_are_told_but_not_enforced(redshift: Warehouse) -> None:
    with redshift.table("a INT PRIMARY KEY, b INT UNIQUE, c INT REFERENCES elsewhere (x), PRIMARY KEY (a)") as table:
        redshift.rows(f"INSERT INTO {table} VALUES (1, 1, 1), (1, 1, 1)")
        assert redshift.error(f"INSERT INTO {table} VALUES (NULL, 1, 1)")["C"] == "23502"
        keys = redshift.rows(
            "SELECT k.table_name, k.column_name FROM information_schema.table_constraints c "
            "JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name) "
            "WHERE c.constraint_type = 'PRIMARY KEY' AND k.table_schema = 'public'"
        )
        assert keys == [[table, "a"]]


def test_the_design_of_a_table_is_shown(redshift: Warehouse) -> None:
    with redshift.table("a INT ENCODE az64, b INT DISTKEY, c DATE SORTKEY NOT NULL") as table:
        columns = redshift.rows(
            f'SELECT "column", encoding, distkey, sortkey, "notnull" FROM pg_table_def WHERE tablename = \'{table}\''
        )
        info = redshift.rows(f"SELECT diststyle, sortkey1, tbl_rows FROM svv_table_info WHERE \"table\" = '{table}'")
    assert columns == [["a", "az64", False, 0, False], ["b", "none", True, 0, False], ["c", "none", False, 1, True]]
    assert info == [["KEY(b)", "c", 0]]


def test_append_moves_all_rows(redshift: Warehouse) -> None:
    with redshift.table("a INT, b INT") as target, redshift.table("b INT, a INT", "source") as source:
        redshift.rows(f"INSERT INTO {source} VALUES (2, 1)")
        redshift.rows(f"ALTER TABLE {target} APPEND FROM {source}")
        assert (redshift.rows(f"SELECT * FROM {target}"), redshift.rows(f"SELECT * FROM {source}")) == ([[1, 2]], [])


@pytest.mark.parametrize(
    ("columns", "option", "message"),
    [
        ("a INT, b INT, c INT", "", "lacks the column(s) c of the source"),
        ("a INT", "", "lacks the column(s) b of the target"),
        ("a INT, b BIGINT", "", "differ in type"),
        ("a INT, b INT, c INT", "IGNOREEXTRA", ""),
        ("a INT", "FILLTARGET", ""),
    ],
)
def test_append_wants_the_same_columns(redshift: Warehouse, columns: str, option: str, message: str) -> None:
    sql = f"ALTER TABLE loaded APPEND FROM source {option}"
    with redshift.table("a INT, b INT"), redshift.table(columns, "source"):
        redshift.rows("INSERT INTO source (a) VALUES (1)")
        if message:
            assert message in redshift.error(sql)["M"]
        else:
            redshift.rows(sql)
        assert redshift.rows("SELECT count(*) FROM source") == [[1 if message else 0]]


def test_append_is_refused_within_a_transaction(redshift: Warehouse) -> None:
    with contextlib.closing(redshift.connect(autocommit=False)) as connection:
        assert refusal(connection, "ALTER TABLE a APPEND FROM b")["C"] == "25001"


def test_merge(redshift: Warehouse) -> None:
    with redshift.table("id INT, v INT") as target, redshift.table("id INT, v INT", "source"):
        redshift.rows(f"INSERT INTO {target} VALUES (1, 1), (2, 2)")
        redshift.rows("INSERT INTO source VALUES (2, 20), (3, 30)")
        redshift.rows(
            f"MERGE INTO {target} USING source s ON {target}.id = s.id WHEN MATCHED THEN UPDATE SET v = s.v "
            "WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.v)"
        )
        assert redshift.rows(f"SELECT * FROM {target} ORDER BY 1") == [[1, 1], [2, 20], [3, 30]]
        redshift.rows("INSERT INTO source VALUES (3, 30)")
        redshift.rows(f"MERGE INTO {target} USING source ON {target}.id = source.id REMOVE DUPLICATES")
        assert redshift.rows(f"SELECT * FROM {target} ORDER BY 1") == [[1, 1], [2, 20], [3, 30]]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT 'x", "syntax error"),
        ("SELECT NVL(1, 2", "a parenthesis is not closed"),
        ("CREATE TABLE t (a)", "syntax error"),
        ("CREATE TABLE t (a INT IDENTITY(1))", "IDENTITY takes a seed and a step"),
        ("SELECT DATEDIFF(day, GETDATE())", "function datediff takes 3 arguments, not 2"),
        ("SELECT DATEADD(fortnight, 1, GETDATE())", 'invalid date part: "fortnight"'),
        ("COPY t", "COPY table FROM 's3://bucket/prefix'"),
        ("UNLOAD 'SELECT 1' TO 's3://lake/x'", "UNLOAD ('select …') TO"),
        ("SELECT * FROM nowhere", 'relation "nowhere" does not exist'),
    ],
)
def test_wrong_statements_are_told_in_one_message(redshift: Warehouse, sql: str, message: str) -> None:
    assert message in redshift.error(sql)["M"]


WORDS = st.sampled_from(
    [
        "select",
        "a",
        "nvl",
        "(",
        ")",
        ",",
        "'it''s'",
        '"Q"',
        "decode",
        "1",
        "top",
        "as",
        "sysdate",
        "#t",
        "datediff",
        "-- c\n",
        "$1,$2",
        "$$x$$",
        ";",
        "minus",
    ]
)


@given(st.lists(WORDS, max_size=12).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_any_text_is_rendered_or_refused_in_words(text: str) -> None:
    try:
        rendered = Rewriter(text).render(words.read(text))
    except SqlError as error:
        assert error.message
    else:
        assert words.read(rendered) or not words.read(text)
