"""`dag_specs/tests/<dag_id>.test.yaml`: what is in it, and what is said of mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagspec.cli import main
from dagspec.problem import SpecError
from dagspec.run.inputs import Input, read_inputs
from dagspec.specs import read_environment, read_spec, spec_files

SPEC = """\
schedule: null
vars: {raw: "s3://${env.lake_bucket}/raw"}
tasks:
  pull: {operator: itunes.search_to_s3, artists: [Adele], destination: "${var.raw}/x.parquet"}
"""
ENVIRONMENTS = "local: {lake_bucket: local-lake, code_uri: s3://local-lake/code}\n"


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one spec and one sample file."""
    (tmp_path / "dag_specs/tests").mkdir(parents=True)
    (tmp_path / "dag_specs/environments.yaml").write_text(ENVIRONMENTS)
    (tmp_path / "dag_specs/rides.yaml").write_text(SPEC)
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples/a.csv").write_text("id\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def inputs(team: Path, text: str) -> list[Input]:
    (team / "dag_specs/tests/rides.test.yaml").write_text(text)
    spec = read_spec(team / "dag_specs/rides.yaml", team)
    return read_inputs(team, spec, read_environment(team, "local"))


def problems(team: Path, text: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        inputs(team, text)
    return [
        f"{one.place.source.name}:{one.span.line}:{one.span.column} {one.message} | {one.help}"
        for one in caught.value.problems
    ]


def test_references_in_the_path_are_resolved(team: Path) -> None:
    text = "inputs:\n  ${var.raw}/a.csv: samples/a.csv\n  s3://${env.lake_bucket}/b/c d.csv: samples/a.csv\n"
    path = team / "samples/a.csv"
    assert inputs(team, text) == [Input("local-lake", "raw/a.csv", path), Input("local-lake", "b/c d.csv", path)]


def test_a_spec_without_a_test_has_no_inputs(team: Path) -> None:
    spec = read_spec(team / "dag_specs/rides.yaml", team)
    assert read_inputs(team, spec, read_environment(team, "local")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("inptus: {}\n", '1:1 unknown key "inptus" | did you mean "inputs"?'),
        ("expected: {}\ninputs: {}\n", '1:1 unknown key "expected" | known: inputs'),
        ("[]\n", '1:1 a test must be a mapping with the key "inputs" | '),
        ("inputs: [a]\n", '1:9 "inputs" must be a mapping, got a list | '),
        ("inputs: {s3://b/a.csv: 1}\n", '1:24 "s3://b/a.csv" must be a text, got 1 | '),
        (
            "inputs:\n  s3://lake/a.csv: samples/b.csv\n",
            '2:20 no file "samples/b.csv" | did you mean "samples/a.csv"?',
        ),
        ("inputs:\n  s3://lake/a.csv: ../a.csv\n", '2:20 "../a.csv" lies outside the repository | '),
        (
            "inputs:\n  ${env.lake_buckt}/a.csv: samples/a.csv\n",
            '2:3 no value "lake_buckt" in environment local | did you mean "lake_bucket"?',
        ),
        ("inputs:\n  ${var.rwa}/a.csv: samples/a.csv\n", '2:3 no variable "rwa" in "vars" | did you mean "raw"?'),
        (
            "inputs:\n  lake/a.csv: samples/a.csv\n",
            '2:3 "lake/a.csv" is no object of S3 | write s3://bucket/key, without templates, // or ..',
        ),
        (
            "inputs:\n  s3://lake/raw/: samples/a.csv\n",
            '2:3 "s3://lake/raw/" is no object of S3 | write s3://bucket/key, without templates, // or ..',
        ),
        (
            'inputs:\n  "s3://lake/{{ ds }}.csv": samples/a.csv\n',
            '2:3 "s3://lake/{{ ds }}.csv" is no object of S3 | write s3://bucket/key, without templates, // or ..',
        ),
        (
            "inputs:\n  s3://lake/../a.csv: samples/a.csv\n",
            '2:3 "s3://lake/../a.csv" is no object of S3 | write s3://bucket/key, without templates, // or ..',
        ),
        (
            "inputs:\n  s3://lake/raw//a.csv: samples/a.csv\n",
            '2:3 "s3://lake/raw//a.csv" is no object of S3 | write s3://bucket/key, without templates, // or ..',
        ),
        (
            "inputs:\n  ${var.raw}/a.csv: samples/a.csv\n  s3://local-lake/raw/a.csv: samples/a.csv\n",
            '3:3 this is the same object as "${var.raw}/a.csv" | ',
        ),
        ("inputs: {a: [}\n", "1:14 "),
    ],
)
def test_a_mistake_is_one_error_with_its_place(team: Path, text: str, expected: str) -> None:
    (found,) = problems(team, text)
    assert found.startswith(f"dag_specs/tests/rides.test.yaml:{expected}")


def test_all_mistakes_are_told_at_once(team: Path) -> None:
    text = "inputs:\n  lake/a.csv: samples/b.csv\n  ${env.lake}/a.csv: samples/a.csv\n"
    assert len(problems(team, text)) == 3


def test_run_prints_the_mistake_and_starts_nothing(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (team / "dag_specs/tests/rides.test.yaml").write_text("inptus: {}\n")
    with pytest.raises(SystemExit) as ended:
        main(["run", "rides"])
    assert ended.value.code == 1
    assert 'rides.test.yaml:1:1: error[unknown-key] unknown key "inptus"' in capsys.readouterr().err
    assert not (team / ".dagspec").exists()


@pytest.mark.parametrize("arguments", [[], ["dag_specs/tests/rides.test.yaml"], ["dag_specs/tests"]])
def test_tests_are_no_specs(team: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    (team / "dag_specs/tests/rides.test.yaml").write_text("inputs: {}\n")
    assert [path.name for path in spec_files(team)] == ["rides.yaml"]
    main(["lint", "--no-cache", *arguments])
    assert "rides.test" not in capsys.readouterr().out
