"""`dagspec deploy` against the local cloud's S3."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dagspec.cli import main
from tests.run.airflow_fixture import CHECKOUT, WarmAirflow


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dag_specs").mkdir()
    for name in ("environments.yaml", "itunes_split.yaml"):
        shutil.copy(CHECKOUT / "dag_specs" / name, tmp_path / "dag_specs")
    shutil.copytree(CHECKOUT / "spark_jobs", tmp_path / "spark_jobs")
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    return tmp_path


def test_files_go_up_once_and_never_change(
    team: Path, airflow: WarmAirflow, capsys: pytest.CaptureFixture[str]
) -> None:
    job = team / "spark_jobs/itunes/split.py"
    job.write_text(job.read_text() + "# changed\n")
    deploy = ["deploy", "--endpoint-url", airflow.endpoint_url]
    assert main([*deploy, "--dry-run"]) == 0
    assert "would go  spark_jobs/itunes/split.py -> s3://local-lake/code/" in capsys.readouterr().out
    assert main(deploy) == 0
    assert capsys.readouterr().out.endswith("1 uploaded, 1 there already.\n")
    assert main(deploy) == 0
    assert capsys.readouterr().out.endswith("0 uploaded, 2 there already.\n")
    kept = airflow.platform.paths.cloud_data.glob("s3/local-lake/code/*/split.py")
    assert job.read_bytes() in [path.read_bytes() for path in kept]


@pytest.mark.parametrize("environment", ["prod", "local"])
def test_s3_troubles_are_one_line(
    environment: str, team: Path, airflow: WarmAirflow, capsys: pytest.CaptureFixture[str]
) -> None:
    url = airflow.endpoint_url if environment == "prod" else "http://127.0.0.1:1"  # no such bucket; nobody there
    assert main(["deploy", "--env", environment, "--endpoint-url", url]) == 2
    error = capsys.readouterr().err
    assert error.startswith("dagspec: S3: ")
    assert error.count("\n") == 1


def test_a_broken_spec_is_deployed_nowhere(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (team / "dag_specs/broken.yaml").write_text("tasks: 5")
    assert main(["deploy"]) == 1
    assert "dag_specs/broken.yaml:1:8: error[wrong-type]" in capsys.readouterr().err
