"""The repository files that a spec names: what they hold is looked at, and only what a file of the repository is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dagspec.lint import lint
from dagspec.lint_files import lint_files
from dagspec.lint_inputs import MAX_BYTES, NamedFiles
from dagspec.lint_result import Options
from dagspec.specs import spec_files

SPEC = """\
owner: a
schedule: null
tasks:
  load: {operator: redshift.sql, workgroup_name: a, database: dev, sql_file: %s}
"""
KEY = "AKIA" + "IOSFODNN7EXAMPLE"
SECRETS = f"""\
create user bob PASSWORD 'Tr1cky-Passw0rd';
  copy a from 's3://b/c' ACCESS_KEY_ID '{KEY}' SECRET_ACCESS_KEY '{"wJalrXUtnFEMI/K7" * 3}';
-- {KEY}
"""


def load(root: Path, file: str) -> None:
    (root / "sql").mkdir(exist_ok=True)
    (root / "dag_specs/a.yaml").write_text(SPEC % file)


def test_secrets_in_a_sql_file_are_told_with_their_place_in_it(repository: Path) -> None:
    load(repository, "sql/load.sql")
    (repository / "sql/load.sql").write_text(SECRETS)
    told = [(problem.rule, problem.message.rpartition(" ")[2]) for problem in lint(repository).problems]
    assert sorted(told) == [
        ("copy-with-credentials", "(sql/load.sql:2:26)"),
        ("hardcoded-aws-key", "(sql/load.sql:3:4)"),
        ("hardcoded-secret", "(sql/load.sql:1:27)"),
    ]


@pytest.mark.timeout(20)  # an endless file would be read for ever
@pytest.mark.parametrize("kind", ["device", "link to a device", "pipe"])
def test_what_is_no_file_of_the_repository_is_never_opened(repository: Path, tmp_path: Path, kind: str) -> None:
    load(repository, "/dev/zero" if kind == "device" else "sql/odd.sql")
    if kind == "pipe":
        os.mkfifo(repository / "sql/odd.sql")
    elif kind == "link to a device":
        (repository / "sql/odd.sql").symlink_to("/dev/zero")
    result = lint_files(repository, spec_files(repository), Options(), tmp_path)
    assert {problem.rule for problem in result.problems} == {"missing-file"}


def test_a_huge_file_is_refused_unread(repository: Path) -> None:
    load(repository, "sql/huge.sql")
    with (repository / "sql/huge.sql").open("wb") as file:
        file.truncate(1 << 40)  # takes no room on the disk
    assert [problem.message for problem in lint(repository).problems] == ['"sql/huge.sql" is larger than 1 MB']


def test_a_large_file_is_told_apart_by_its_size_and_time(repository: Path) -> None:
    large = repository / "large.bin"
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    before = NamedFiles(repository).state("large.bin")
    os.utime(large, ns=(1, 1))
    assert before
    assert NamedFiles(repository).state("large.bin") != before
