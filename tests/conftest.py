"""What all tests share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite golden files instead of comparing with them")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of a team: an empty `dag_specs/` with environments, and the Spark jobs of the checkout."""
    (tmp_path / "dag_specs").mkdir()
    shutil.copy(ROOT / "tests/specs/environments.yaml", tmp_path / "dag_specs")
    shutil.copytree(ROOT / "spark_jobs", tmp_path / "spark_jobs")
    return tmp_path
