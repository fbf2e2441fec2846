"""SQL in specs: what is valid stays silent, whatever its templates stand for; what is not is told at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagspec.facts import Facts
from dagspec.lint import lint
from dagspec.problem import Problem
from dagspec.rulekit.sql import SqlText
from dagspec.rulekit.sql_errors import sql_errors
from dagspec.rulekit.stubs import stub
from dagspec.view import TaskView

SNOWFLAKE = "airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator"
TASK = TaskView("load", SNOWFLAKE, {}, Facts(), (), frozenset())
VALID = Path(__file__).parent.parent / "specs/sql"


def told(text: str, dialect: str = "snowflake") -> list[str]:
    return [text[error.start : error.end] for error in sql_errors(SqlText(TASK, (), text, dialect))]


def valid_statements() -> list[tuple[str, str]]:
    """The statements of each dialect's file, one in each paragraph."""
    return [
        (path.stem, statement)
        for path in sorted(VALID.glob("*.sql"))
        for statement in path.read_text(encoding="utf-8").split("\n\n")
    ]


@pytest.mark.parametrize(("dialect", "statement"), valid_statements())
def test_valid_sql_is_silent(dialect: str, statement: str) -> None:
    assert told(statement, dialect) == []


def test_there_are_valid_statements_of_each_dialect() -> None:
    assert {dialect for dialect, _ in valid_statements()} == {"snowflake", "databricks", "redshift"}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("SELECT a FORM b", "FORM"),
        ("SELEC 1 FROM t", "SELEC"),
        ("SELECT a FROM t WERE x = 1", "WERE"),
        ("SELECT (1 FROM t", "FROM"),
        ("SELECT 'abc FROM t", "'"),
        ("SELECT /* x FROM t", "/*"),
        ("SELECT * FROM t WHERE", "WHERE"),
        ("SELECT a FROM {{ t }} WHERE b = 1)", ")"),
        ("SELECT * FROM t WHERE a = '{{ ds }}' AN b = 1", "AN"),
        ("INSERT INTO t VALUES (1,", ","),
        ("CREATE TABLE t (a INT, b INT", "INT"),
    ],
)
def test_an_error_is_told_at_its_word(text: str, wrong: str) -> None:
    assert told(text) == [wrong]


def test_every_statement_is_judged() -> None:
    assert told("SELECT a FORM b;\nSELECT 1;\nSELECT c FORM d") == ["FORM", "FORM"]


@pytest.mark.parametrize("text", ["", ";", "-- only a comment", "{{ sql }}", "{{ never closed", "{% if x %} SELECT ("])
def test_no_statement_no_error(text: str) -> None:
    assert told(text) == []


def test_a_deep_statement_is_no_crash() -> None:
    assert told("SELECT " + "(" * 20_000) == []


def test_stubs_keep_every_offset() -> None:
    text = "SELECT {{ a }}, '${env.b}' {# why #} FROM t WHERE x = %(x)s"
    found = stub(text)
    assert len(found.text) == len(text)
    assert found.text == "SELECT jjjjjjj, 'jjjjjjjj'           FROM t WHERE x = jjjjj"
    assert not found.has_blocks


def linted(repository: Path, text: str) -> list[Problem]:
    (repository / "dag_specs/load.yaml").write_text(text)
    problems = lint(repository).problems
    return [problem for problem in problems if problem.rule not in ("missing-schedule", "missing-owner")]


def test_a_file_of_the_repository_is_read(repository: Path) -> None:
    (repository / "sql").mkdir()
    (repository / "sql/load.sql").write_text("SELECT 1;\nSELECT a\n  FORM b\n")
    problem = linted(repository, f"tasks:\n  load: {{operator: {SNOWFLAKE}, sql: sql/load.sql}}\n")[0]
    assert problem.rule == "sql-syntax"
    assert "sql/load.sql:3:3" in problem.message
    assert problem.span == problem.place.span


@pytest.mark.parametrize("reference", ["sql/none.sql", "../../etc/passwd.sql", "sql"])
def test_a_file_that_is_not_there_is_no_sql(repository: Path, reference: str) -> None:
    assert [one.rule for one in linted(repository, f"tasks: {{a: {{operator: {SNOWFLAKE}, sql: {reference}}}}}")] == []


def test_sql_in_a_variable_is_told_where_it_is_used(repository: Path) -> None:
    text = f'vars: {{sql: SELECT a FORM b}}\ntasks:\n  load: {{operator: {SNOWFLAKE}, sql: "${{var.sql}}"}}\n'
    problem = linted(repository, text)[0]
    assert (problem.rule, problem.span.line) == ("sql-syntax", 3)
