"""What all tests share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite golden files instead of comparing with them")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def fixed_date() -> Iterator[None]:
    """Rules that compare with today give the same report on every day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSPEC_TODAY", "2026-11-20")
        yield


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Lint's memory of earlier runs: not the user's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of a team: an empty `dag_specs/` with environments, and the Spark jobs of the checkout."""
    (tmp_path / "dag_specs").mkdir()
    shutil.copy(ROOT / "tests/specs/environments.yaml", tmp_path / "dag_specs")
    shutil.copytree(ROOT / "spark_jobs", tmp_path / "spark_jobs")
    return tmp_path
