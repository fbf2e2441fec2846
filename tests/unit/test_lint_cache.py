"""Lint that remembers: the same findings as without a cache, whatever changed in between."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagspec.lint import Linter, Options, lint_sources
from dagspec.lint_cache import private_folder
from dagspec.lint_files import lint_files
from dagspec.report import REPORTERS
from dagspec.selection import choose
from dagspec.specs import read_spec, spec_files

SPEC = """\
schedule: null
vars: {folder: sql}
tasks:
  load:
    operator: airflow.providers.common.sql.operators.sql.SQLExecuteQueryOperator
    conn_id: redshift_default
    sql: ${var.folder}/load.sql
  split:
    operator: emr.transient_cluster
    release_label: ${env.emr_release}
    log_uri: s3://lake/logs
    steps:
      split: {spark_submit: spark_jobs/itunes/split.py}
"""
GOOD_SQL = "delete from mart.orders where day = '{{ ds }}'\n"
BAD_SQL = "delete form mart.orders\n"


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def team(repository: Path) -> Path:
    (repository / "dag_specs/a.yaml").write_text(SPEC)
    (repository / "sql").mkdir()
    (repository / "sql/load.sql").write_text(GOOD_SQL)
    return repository


def report(root: Path, cache: Path | None, options: Options | None = None) -> str:
    """What lint says, as JSON; without a cache when `cache` is None."""
    options = options or Options()
    if cache:
        return REPORTERS["json"](lint_files(root, spec_files(root), options, cache))
    return REPORTERS["json"](lint_sources(root, [read_spec(path, root) for path in spec_files(root)], options))


def forbid_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise AssertionError("a spec was checked again")

    monkeypatch.setattr(Linter, "__init__", fail)


def test_an_unchanged_spec_is_not_checked_again(team: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (team / "dag_specs/b.yaml").write_text("tasks:\n  a: {operator: bash.run, depends_on: [b]}\n")
    first = report(team, cache)
    assert json.loads(first)["problems"]
    forbid_checks(monkeypatch)
    assert report(team, cache) == first


def edit_spec(root: Path) -> None:
    (root / "dag_specs/a.yaml").write_text(SPEC.replace("s3://lake/logs", "s3://Lake_/logs"))


def edit_environments(root: Path) -> None:
    path = root / "dag_specs/environments.yaml"
    path.write_text(path.read_text().replace("  emr_release: emr-7.9.0\n", ""))


def break_environments(root: Path) -> None:
    (root / "dag_specs/environments.yaml").write_text("local: 1\n")


def add_policy(root: Path) -> None:
    (root / "dag_specs/policy.yaml").write_text("rules: [{name: owners, required: [owner]}]\n")


def edit_named_file(root: Path) -> None:
    (root / "sql/load.sql").write_text(BAD_SQL)


def delete_named_file(root: Path) -> None:
    (root / "spark_jobs/itunes/split.py").unlink()


def add_same_dag_id(root: Path) -> None:
    (root / "dag_specs/team").mkdir()
    shutil.copy(root / "dag_specs/a.yaml", root / "dag_specs/team")


@pytest.mark.parametrize(
    "change",
    [edit_spec, edit_environments, break_environments, add_policy, edit_named_file, delete_named_file, add_same_dag_id],
)
def test_a_change_is_seen_and_so_is_taking_it_back(
    team: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory, change: Callable[[Path], None]
) -> None:
    before = report(team, cache)
    kept = tmp_path_factory.mktemp("kept") / "team"
    shutil.copytree(team, kept)
    change(team)
    assert report(team, cache) == report(team, None) != before
    assert report(team, cache) == report(team, None)
    for name in ("dag_specs", "sql", "spark_jobs"):
        shutil.rmtree(team / name)
        shutil.copytree(kept / name, team / name)
    assert report(team, cache) == before


@pytest.mark.parametrize("created", ["sql/load.sql", "spark_jobs/itunes/split.py"])
def test_a_file_that_appears_is_seen(team: Path, cache: Path, created: str) -> None:
    (team / created).unlink()
    without = report(team, cache)
    (team / created).write_text(BAD_SQL)
    assert report(team, cache) == report(team, None) != without


@pytest.mark.parametrize(
    "options",
    [
        Options(pedantic=True),
        Options(environment="prod"),
        Options(ignores=False),
        Options(strict=True),
        Options(choice=choose(["spec"], [])),
        Options(choice=choose([], ["missing-owner", "sql-syntax"])),
    ],
)
def test_each_choice_of_options_has_its_own_findings(team: Path, cache: Path, options: Options) -> None:
    (team / "sql/load.sql").write_text(BAD_SQL)
    text = SPEC.replace("schedule: null", "schedule: null  # dagspec: ignore[missing-owner]")
    (team / "dag_specs/a.yaml").write_text(text)
    default = report(team, cache)
    assert report(team, cache, options) == report(team, None, options)
    assert report(team, cache) == default


def test_another_day_is_another_lint(team: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (team / "dag_specs/a.yaml").write_text(SPEC.replace("${env.emr_release}", "emr-6.15.0"))
    monkeypatch.setenv("DAGSPEC_TODAY", "2024-01-01")
    before = report(team, cache)
    monkeypatch.setenv("DAGSPEC_TODAY", "2040-01-01")
    assert report(team, cache) == report(team, None) != before


def test_all_golden_specs_give_the_same_report_from_the_cache(repository: Path, cache: Path, root: Path) -> None:
    for path in [*root.glob("tests/specs/err/*.yaml"), *root.glob("tests/specs/ok/*.yaml")]:
        shutil.copy(path, repository / "dag_specs")
    fresh = lint_sources(repository, [read_spec(path, repository) for path in spec_files(repository)], Options())
    for _ in range(2):
        result = lint_files(repository, spec_files(repository), Options(), cache)
        for name in ("text", "concise", "json", "sarif", "github"):
            result.seconds = fresh.seconds
            assert REPORTERS[name](result) == REPORTERS[name](fresh)


def test_no_secret_is_written(repository: Path, cache: Path) -> None:
    secrets = ["AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "hunter2-and-more"]
    (repository / "dag_specs/a.yaml").write_text(
        f"""\
schedule: null
tasks:
  a:
    operator: airflow.providers.standard.operators.bash.BashOperator
    bash_command: run --password {secrets[2]} postgresql://me:{secrets[2]}@host/db
    env: {{AWS_ACCESS_KEY_ID: {secrets[0]}, AWS_SECRET_ACCESS_KEY: {secrets[1]}}}
"""
    )
    first = report(repository, cache)
    assert json.loads(first)["problems"]
    written = "".join(path.read_text() for path in cache.iterdir())
    assert written
    assert not [secret for secret in secrets if secret in written]
    assert report(repository, cache) == first


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[]", b'{"version": 99, "entries": {}}', b'{"version": 1}'])
def test_a_damaged_cache_is_none(team: Path, cache: Path, data: bytes) -> None:
    first = report(team, cache)
    for path in cache.iterdir():
        path.write_bytes(data)
    assert report(team, cache) == first


def test_a_cut_cache_is_none_and_is_written_anew(team: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = report(team, cache)
    (path,) = cache.iterdir()
    path.write_bytes(path.read_bytes()[:-20])
    assert report(team, cache) == first
    forbid_checks(monkeypatch)
    assert report(team, cache) == first


def test_a_link_out_of_the_repository_is_never_kept(team: Path, cache: Path, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside.yaml"
    outside.write_text(SPEC)
    (team / "dag_specs/b.yaml").write_text(SPEC)
    assert "link-out-of-repository" not in report(team, cache)
    (team / "dag_specs/b.yaml").unlink()
    (team / "dag_specs/b.yaml").symlink_to(outside)
    assert "link-out-of-repository" in report(team, cache)


def test_the_folder_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    folder = private_folder()
    assert folder == tmp_path / "xdg/dagspec/lint"
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o777)
    assert private_folder() is None


def test_no_place_for_a_cache_is_no_problem(team: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert private_folder() is None
    result = lint_files(team, spec_files(team), Options())
    assert REPORTERS["json"](result) == report(team, None)


def test_processes_at_the_same_time_do_no_harm(team: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        (team / f"dag_specs/spec_{number}.yaml").write_text(SPEC)
    code = """
import sys; from pathlib import Path; from dagspec.lint import Options; from dagspec.lint_files import lint_files
root, cache, name = map(Path, sys.argv[1:])
lint_files(root, [root / name], Options(), cache)
"""
    names = [path.relative_to(team) for path in spec_files(team)]
    running = [subprocess.Popen([sys.executable, "-c", code, team, cache, name]) for name in names]
    assert [process.wait() for process in running] == [0] * len(names)
    first = report(team, cache)
    forbid_checks(monkeypatch)
    assert report(team, cache) == first
    assert [path.suffix for path in cache.iterdir()] == [".json"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_give_the_same_twice(repository: Path, cache: Path, data: bytes) -> None:
    (repository / "dag_specs/a.yaml").write_bytes(data)
    fresh = report(repository, None)
    assert report(repository, cache) == report(repository, cache) == fresh
