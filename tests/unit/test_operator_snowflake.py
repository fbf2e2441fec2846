"""What the operators of Snowflake compile to, and that no value leaves its quotes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment as Jinja

from dagspec.compiler import compile_spec
from dagspec.lint import lint
from dagspec.operator_facts import facts_of
from dagspec.source import read_text
from dagspec.specs import read_environments
from dagspec.sql_literals import bound, literal, value_sql
from dagspec.sql_split import split_statements

NEW = "nyc.dagspec_new_rows"
LOAD = "STORAGE_INTEGRATION = lake\nFILE_FORMAT = (TYPE = PARQUET)\nMATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
APPEND = f"COPY INTO nyc.rides\nFROM 's3://lake/rides/'\n{LOAD}\nON_ERROR = ABORT_STATEMENT"
NO_ROWS = "'no row came from s3://lake/rides/: the table is left as it was'"
SAME = " AND ".join(f"rides.{key} IS NOT DISTINCT FROM dagspec_new_rows.{key}" for key in ("id", "day"))
REPLACE = [
    "BEGIN",
    "DELETE FROM nyc.rides",
    f"{APPEND}\nFORCE = TRUE",
    f"SELECT TO_NUMBER(IFF(COUNT(*) = 0, {NO_ROWS}, '0')) AS no_rows FROM nyc.rides",
    "COMMIT",
]
MERGE = [
    f"CREATE OR REPLACE TEMPORARY TABLE {NEW} LIKE nyc.rides",
    APPEND.replace("nyc.rides", NEW),
    "BEGIN",
    f"DELETE FROM nyc.rides USING {NEW} WHERE {SAME}",
    f"INSERT INTO nyc.rides SELECT * FROM {NEW}",
    "COMMIT",
    f"DROP TABLE {NEW}",
]
STAGED = r"""COPY INTO nyc.rides (id, fare)
FROM '@nyc.raw/2024/'
PATTERN = '.*\\.csv'
FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = '\\t' SKIP_HEADER = 1 NULL_IF = ('', '\\N'))
ON_ERROR = 'SKIP_FILE_5%'"""


def compiled(options: str, repository: Path) -> dict[str, Any]:
    """The config of the one task `t`, whose options are given as YAML."""
    text = yaml.safe_dump({"tasks": {"t": yaml.safe_load(options)}})
    environment = read_environments(repository)["local"]
    config: dict[str, Any] = compile_spec(read_text(text, "dag_specs/p.yaml"), environment, repository).config
    return dict(config["tasks"]["t"])


def copied(options: str, repository: Path) -> list[str]:
    return list(compiled(f"operator: snowflake.copy\ntable: nyc.rides\n{options}", repository)["sql"])


SOURCE = "{source: s3://lake/rides/, storage_integration: lake, file_format: {type: parquet}"


@pytest.mark.parametrize(
    ("options", "statements"),
    [
        ("mode: append", [APPEND]),
        ("mode: append, force: true", [f"{APPEND}\nFORCE = TRUE"]),
        ("mode: truncate_insert", REPLACE),
        ("mode: merge, keys: [id, day]", MERGE),
    ],
)
def test_copy_shows_its_statements(options: str, statements: list[str], repository: Path) -> None:
    task = yaml.safe_load(f"{SOURCE}, {options}}}")
    assert copied(yaml.safe_dump(task), repository) == statements


def test_files_of_a_stage_are_found_by_position(repository: Path) -> None:
    options = r"""
stage: nyc.raw
prefix: 2024/
mode: append
columns: [id, fare]
pattern: .*\.csv
on_error: skip_file_5%
file_format: {type: csv, skip_header: 1, field_delimiter: '\t', null_if: ["", '\N']}
"""
    assert copied(options, repository) == [STAGED]


def test_odd_names_keep_their_quotes(repository: Path) -> None:
    options = '{mode: merge, keys: ["\\"Id\\""], stage: s, file_format: {type: json}, table: \'a."B.c"."D.e"\'}'
    statements = copied(yaml.safe_dump(yaml.safe_load(options)), repository)
    assert statements[0] == 'CREATE OR REPLACE TEMPORARY TABLE a."B.c".dagspec_new_rows LIKE a."B.c"."D.e"'
    assert '"D.e"."Id" IS NOT DISTINCT FROM dagspec_new_rows."Id"' in statements[3]


def test_an_external_table_has_its_stage_and_its_format(repository: Path) -> None:
    options = """
operator: snowflake.external_table
table: lake.iris
location: "s3://lake/{{ var.value.folder }}"
storage_integration: lake
file_format: {type: csv, skip_header: 1}
pattern: .*csv
partition_by: [day]
columns:
  - {name: day, type: DATE, from: "TO_DATE(SPLIT_PART(METADATA$FILENAME, '/', 3))"}
  - {name: class_name, type: VARCHAR(20)}
  - {name: count, type: "NUMBER(10, 2)"}
"""
    task = compiled(options, repository)
    stage, file_format, table = task["objects"]
    url = "s3://lake/it''s/"
    assert Jinja().from_string(stage["definition"]).render(var={"value": {"folder": "it's"}}) == (
        f"URL = '{url}'\nSTORAGE_INTEGRATION = lake"
    )
    assert (stage["name"], file_format["name"]) == ("lake.iris_stage", "lake.iris_format")
    assert file_format["definition"] == "TYPE = CSV SKIP_HEADER = 1"
    columns = [
        "day DATE AS (CAST(TO_DATE(SPLIT_PART(METADATA$FILENAME, '/', 3)) AS DATE))",
        "class_name VARCHAR(20) AS (CAST(VALUE:c1 AS VARCHAR(20)))",
        "count NUMBER(10, 2) AS (CAST(VALUE:c2 AS NUMBER(10, 2)))",
    ]
    assert table["definition"].splitlines() == [
        f"({', '.join(columns)})",
        "PARTITION BY (day)",
        "LOCATION = @lake.iris_stage",
        "AUTO_REFRESH = FALSE",
        "PATTERN = '.*csv'",
        "FILE_FORMAT = (FORMAT_NAME = 'lake.iris_format')",
    ]
    assert task["sql"] == ["ALTER EXTERNAL TABLE lake.iris REFRESH"]
    assert compiled(f"{options}\nrefresh: false", repository)["sql"] == []


def test_where_it_runs_is_the_connections_unless_the_task_says_so(repository: Path) -> None:
    task = compiled("{operator: snowflake.sql, sql: SELECT 1}", repository)
    assert task["snowflake_conn_id"] == "snowflake_default"
    assert "hook_params" not in task
    task = compiled("{operator: snowflake.sql, sql: SELECT 1, role: loader, schema: '{{ params.s }}'}", repository)
    assert task["hook_params"] == {"schema": "{{ params.s }}", "role": "loader"}


def test_a_table_is_counted_and_a_query_stays_as_it_is(repository: Path) -> None:
    checks = "[{table: a.b, rows: {min: 1}}, {sql: SELECT 1, values: [[1]]}]"
    task = compiled(f"{{operator: snowflake.check, checks: {checks}}}", repository)
    assert task["checks"] == [
        {"name": "rows of a.b", "sql": "SELECT COUNT(*) FROM a.b", "counts": True, "rows": {"min": 1}, "values": None},
        {"name": "check 2", "sql": "SELECT 1", "counts": False, "rows": None, "values": [[1]]},
    ]


@given(st.text())
def test_no_value_leaves_its_quotes(value: str) -> None:
    fixed = f"SELECT {value_sql(value)}"
    rendered = Jinja(autoescape=False).from_string(f"SELECT {literal('{{ value }}')}").render(value=value)
    filled = bound("SELECT %(v)s -- %(v)s", {"v": value}, "snowflake")
    assert rendered == fixed
    assert filled == f"{fixed} -- %(v)s"
    # sqlglot takes a NUL for the end of the text
    if "\0" not in value:
        assert split_statements(fixed, "snowflake") == [fixed]


@pytest.mark.parametrize(
    ("value", "sql"), [(None, "NULL"), (True, "TRUE"), (7, "7"), (1.5, "1.5"), ("it's \\", "'it''s \\\\'")]
)
def test_parameters_are_values(value: Any, sql: str) -> None:
    text = "SELECT %(v)s, '%(v)s' /* %(v)s */, 5 % (v)"
    assert bound(text, {"v": value}, "snowflake") == f"SELECT {sql}, '%(v)s' /* %(v)s */, 5 % (v)"


def test_only_force_adds_rows_each_time(repository: Path) -> None:
    assert facts_of("snowflake.copy", {"mode": "append", "force": True}).append
    assert not facts_of("snowflake.copy", {"mode": "append"}).append
    copy = f"{{operator: snowflake.copy, table: t, mode: append, {SOURCE[1:]}}}"
    text = f"default_args: {{retries: 1}}\nschedule: null\ntasks: {{t: {copy}}}"
    (repository / "dag_specs/load.yaml").write_text(text)
    assert lint(repository).problems == []
