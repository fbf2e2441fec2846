"""What the operators of Redshift compile to, and that no value leaves its quotes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment as Jinja

from dagspec.compiler import compile_spec
from dagspec.environment import Environment
from dagspec.lint import lint
from dagspec.operator_facts import facts_of
from dagspec.problem import SpecError
from dagspec.source import read_text
from dagspec.specs import read_environments
from dagspec.sql_literals import literal
from dagspec.sql_split import split_statements

ROLE = "arn:aws:iam::123456789012:role/load"
STAGE = "dagspec_stage"
APPEND = "COPY nyc.rides\nFROM 's3://lake/rides/'\nIAM_ROLE DEFAULT\nFORMAT AS PARQUET"
REPLACE = [
    "DELETE FROM nyc.rides",
    f"COPY nyc.rides (id, fare)\nFROM 's3://lake/rides/'\nIAM_ROLE '{ROLE}'\nFORMAT AS CSV\nIGNOREHEADER 1\nGZIP",
]
NULL_KEYS = f"""\
DELETE FROM nyc.rides USING {STAGE} WHERE ({STAGE}.id IS NULL OR {STAGE}.day IS NULL) \
AND (nyc.rides.id = {STAGE}.id OR (nyc.rides.id IS NULL AND {STAGE}.id IS NULL)) \
AND (nyc.rides.day = {STAGE}.day OR (nyc.rides.day IS NULL AND {STAGE}.day IS NULL))"""
MERGE = [
    f"CREATE TEMP TABLE {STAGE} (LIKE nyc.rides)",
    f"COPY {STAGE}\nFROM 's3://lake/rides/'\nIAM_ROLE DEFAULT\nFORMAT AS JSON 'auto'",
    f"DELETE FROM nyc.rides USING {STAGE} WHERE nyc.rides.id = {STAGE}.id AND nyc.rides.day = {STAGE}.day",
    NULL_KEYS,
    f"INSERT INTO nyc.rides SELECT * FROM {STAGE}",
    f"DROP TABLE {STAGE}",
]
CSV = f"mode: truncate_insert, format: csv, options: [IGNOREHEADER 1, GZIP], columns: [id, fare], iam_role: '{ROLE}'"


def compiled(task: str, repository: Path, defaults: dict[str, Any] | None = None) -> dict[str, Any]:
    """The config of the one task `t`, whose options are given as the inside of a YAML flow mapping."""
    known = read_environments(repository)["local"]
    environment = Environment(known.name, known.source, known.values, defaults or {})
    source = read_text(f"tasks: {{t: {{{task}}}}}", "dag_specs/pipeline.yaml")
    config: dict[str, Any] = compile_spec(source, environment, repository).config["tasks"]["t"]
    return config


SERVERLESS = "database: dev, workgroup_name: main"
COPY = f"operator: redshift.copy, {SERVERLESS}, source: s3://lake/rides/, table: nyc.rides"


def test_the_text_of_a_file_is_in_the_dag(repository: Path) -> None:
    (repository / "load.sql").write_text("DELETE FROM a WHERE x = 'é';\n{% for n in [1, 2] %}INSERT …;{% endfor %}")
    task = compiled(f"operator: redshift.sql, {SERVERLESS}, sql_file: load.sql", repository)
    assert task["sql"] == (repository / "load.sql").read_text()


def test_parameters_are_what_the_data_api_takes(repository: Path) -> None:
    text = f"operator: redshift.sql, {SERVERLESS}, sql: 'SELECT :n, :d', parameters: {{n: 5, d: '{{{{ ds }}}}'}}"
    task = compiled(text, repository)
    assert task["parameters"] == [{"name": "n", "value": "5"}, {"name": "d", "value": "{{ ds }}"}]


def test_an_environment_gives_the_warehouse_and_a_task_may_take_another(repository: Path) -> None:
    defaults = {"redshift.sql": {"workgroup_name": "main", "database": "dev"}}
    assert compiled("operator: redshift.sql, sql: SELECT 1", repository, defaults)["workgroup_name"] == "main"
    other = "operator: redshift.sql, sql: SELECT 1, cluster_identifier: big"
    with pytest.raises(SpecError) as caught:
        compiled(other, repository, defaults)
    assert caught.value.problems[0].help == (
        "the environment's operator_defaults set workgroup_name: take it away with workgroup_name: null"
    )
    task = compiled(other + ", workgroup_name: null", repository, defaults)
    assert task["cluster_identifier"] == "big"
    assert "workgroup_name" not in task


@pytest.mark.parametrize(
    ("options", "statements"),
    [
        ("mode: append, format: parquet", [APPEND]),
        (CSV, REPLACE),
        ("mode: merge, keys: [id, day], format: json", MERGE),
    ],
)
def test_copy_shows_its_statements(options: str, statements: list[str], repository: Path) -> None:
    assert compiled(f"{COPY}, {options}", repository)["sql"] == statements


@pytest.mark.parametrize("value", ["a'; DROP TABLE x; --", "a\\", "\\'; DROP TABLE x; --", "plain"])
def test_no_value_leaves_its_quotes(value: str) -> None:
    fixed = f"SELECT {literal(value)}"
    rendered = Jinja(autoescape=False).from_string(f"SELECT {literal('s3://lake/{{ value }}')}").render(value=value)
    for statement in (fixed, rendered):
        assert split_statements(statement, "redshift") == [statement]
        assert statement.endswith("'")
    if "\\" not in value and "'" not in value:
        assert rendered == "SELECT 's3://lake/plain'"


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("SELECT 1; -- a;b\nSELECT ';' ;; /* ; */ SELECT \"a;b\"", ["SELECT 1", "SELECT ';'", 'SELECT "a;b"']),
        (
            "CREATE FUNCTION f() AS $$ BEGIN; $$; SELECT 'it''s;'",
            ["CREATE FUNCTION f() AS $$ BEGIN; $$", "SELECT 'it''s;'"],
        ),
        ("SELECT 'a\\'; b'; SELECT 2", ["SELECT 'a\\'; b'", "SELECT 2"]),
        ("  ;\n-- nothing", []),
    ],
)
def test_statements_are_told_apart(text: str, statements: list[str]) -> None:
    assert split_statements(text, "redshift") == statements


@pytest.mark.parametrize("text", ["SELECT 'a", "SELECT 1 /* b", 'SELECT "c'])
def test_what_is_not_closed_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not closed"):
        split_statements(text, "redshift")


def test_only_append_adds_rows_each_time(repository: Path) -> None:
    assert facts_of("redshift.copy", {"mode": "append"}).append
    assert not facts_of("redshift.copy", {"mode": "merge"}).append
    text = f"default_args: {{retries: 1}}\nschedule: null\ntasks: {{t: {{{COPY}, format: csv, mode: append}}}}"
    (repository / "dag_specs/load.yaml").write_text(text)
    assert [problem.rule for problem in lint(repository).problems] == ["non-idempotent-load"]
    (repository / "dag_specs/load.yaml").write_text(text.replace("append", "truncate_insert"))
    assert lint(repository).problems == []


def test_a_wait_with_a_limit_and_a_table_that_a_copy_fills_are_sound(repository: Path) -> None:
    text = """
schedule: "@daily"
max_active_runs: 1
tasks:
  wait: {operator: s3.wait, prefix: "s3://lake/raw/{{ ds }}/", timeout: 6h}
  load: {operator: redshift.copy, dependencies: [wait], database: dev, workgroup_name: main,
         source: "s3://lake/row/{{ ds }}/", table: nyc.rides, mode: merge, keys: [id], format: csv}
"""
    (repository / "dag_specs/load.yaml").write_text(text)
    assert lint(repository).problems == []
