"""Command lines and SQL texts, without a server."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.spark.sql_script import split_statements, substitute
from localcloud.spark.submit import parse


def test_options_end_at_the_application() -> None:
    job = parse(["--conf", "spark.a=b=c", "--name=n", "--verbose", "app.py", "--conf", "x"])
    assert (job.application, job.arguments) == ("app.py", ["--conf", "x"])
    assert job.settings == {"spark.a": "b=c", "spark.app.name": "n"}
    assert not job.needs_own_jvm


@pytest.mark.parametrize(
    "options",
    [
        ["--master", "yarn", "--deploy-mode=cluster", "--driver-memory", "9g", "--num-executors", "3"],
        ["--conf", "spark.executor.memory=9g", "--conf", "spark.yarn.maxAppAttempts=1"],
        ["--conf", "spark.hadoop.fs.s3a.impl=x", "--conf", "spark.dynamicAllocation.enabled=true"],
        ["--packages", "org.apache.hadoop:hadoop-aws:3.3.4"],
    ],
)
def test_what_is_about_the_cluster_is_ignored(options: list[str]) -> None:
    job = parse([*options, "app.py"])
    assert (job.settings, job.jvm_options, job.needs_own_jvm) == ({}, [], False)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--class", "a.B", "app.jar"],
        ["--jars", "x.jar", "app.py"],
        ["--packages", "org.apache.hadoop:hadoop-aws:3.3.4,a:b:1", "app.py"],
        ["--conf", "spark.localcloud.mode=cold", "app.py"],
        ["app.jar"],
    ],
)
def test_what_needs_a_jvm_of_its_own(arguments: list[str]) -> None:
    assert parse(arguments).needs_own_jvm


def test_a_properties_file(tmp_path: Path) -> None:
    (tmp_path / "p.conf").write_text("# no\nspark.a  1 2\nspark.b=3\nspark.executor.memory 9g\nother x\n")
    assert parse(["--properties-file", str(tmp_path / "p.conf"), "a.py"]).settings == {"spark.a": "1 2", "spark.b": "3"}


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';', \"a;b\", `c;d`;", ["SELECT ';', \"a;b\", `c;d`"]),
        (r"SELECT 'it\'s; one'", [r"SELECT 'it\'s; one'"]),
        ("-- a; b\nSELECT 1 -- c;\n;", ["SELECT 1"]),
        ("/* ; */ SELECT /*+ BROADCAST(t) */ 1 /* x\n;y */", ["SELECT /*+ BROADCAST(t) */ 1"]),
        ("SELECT '-- no comment'", ["SELECT '-- no comment'"]),
        (" ; ;; ", []),
        ("SELECT 'open; end", ["SELECT 'open", "end"]),
    ],
)
def test_statements(text: str, statements: list[str]) -> None:
    assert list(split_statements(text)) == statements


@given(st.lists(st.text("ab;'\"`\\-/* \n").map(lambda text: "'" + text.replace("\\", "").replace("'", "") + "'")))
def test_semicolons_in_strings_never_split(strings: list[str]) -> None:
    statements = [f"SELECT {text}" for text in strings]
    assert list(split_statements(";\n".join(statements))) == statements


def test_variables() -> None:
    assert substitute("${a} ${hivevar:a} ${b} {{ c }}", {"a": "1"}) == "1 1 ${b} {{ c }}"
