"""One warm Airflow and local cloud for all end-to-end tests: the project's own specs, and variants that fail."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from dagspec.cli.run import prepare as prepare_spec
from dagspec.specs import read_environment
from dagspec.upload import compile_all
from tests.e2e.emr import Emr
from tests.e2e.iris import write_iris_copy
from tests.e2e.nyc_copies import write_nyc_copies
from tests.run.airflow_fixture import CHECKOUT, WarmAirflow, copy_project, open_warm_airflow

RETRY = "default_args: {retries: 2, retry_delay: 1s}\n"
BROKEN_JOB = 'raise ValueError("this split is broken on purpose")\n'
FAILING_BOOTSTRAP = """\
    bootstrap_actions:
      - {name: prepare, script: spark_jobs/itunes/fail.sh}
"""


def write_variants(root: Path) -> None:
    """Specs that differ from itunes_split in one thing each."""
    specs, jobs = root / "dag_specs", root / "spark_jobs/itunes"
    text = (specs / "itunes_split.yaml").read_text()
    own_paths = partial(text.replace, "${env.lake_bucket}/itunes")
    (specs / "retrying.yaml").write_text(RETRY + own_paths("${env.lake_bucket}/retrying"))
    (jobs / "broken.py").write_text(BROKEN_JOB)
    broken = own_paths("${env.lake_bucket}/broken").replace("spark_jobs/itunes/split.py", "spark_jobs/itunes/broken.py")
    (specs / "broken_script.yaml").write_text(broken)
    (jobs / "fail.sh").write_text("echo no such package >&2\nexit 3\n")
    cluster = "    release_label: ${env.emr_release}\n"
    (specs / "failing_bootstrap.yaml").write_text(text.replace(cluster, cluster + FAILING_BOOTSTRAP))
    auto = text.replace(cluster, cluster + "    auto_terminate: true\n").replace("    step_concurrency: 3\n", "")
    (specs / "auto_terminate.yaml").write_text(auto.replace("${env.lake_bucket}/itunes", "${env.lake_bucket}/auto"))


def prepare(root: Path, endpoint: str) -> None:
    for spec in compile_all(root, read_environment(root, "local")):
        prepare_spec(spec, endpoint)
    # only now: a broken spec has no files to upload
    (root / "dag_specs/broken_spec.yaml").write_text("tasks:\n  pull: {operator: itunes.search_to_s4}\n")


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmAirflow]:
    root = copy_project(CHECKOUT, tmp_path_factory.mktemp("project"))
    shutil.copytree(Path(__file__).parent / "operators", root, dirs_exist_ok=True)
    write_variants(root)
    write_nyc_copies(root)
    write_iris_copy(root)
    with open_warm_airflow(root, "itunes_split", partial(prepare, root)) as warm:
        yield warm


@pytest.fixture(scope="session")
def emr(airflow: WarmAirflow) -> Emr:
    return Emr(airflow.endpoint_url)
