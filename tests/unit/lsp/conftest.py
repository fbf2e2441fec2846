"""Editors with a running language server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from lsp_client import Editor


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A repository of a team; tests only write into open texts."""
    folder = tmp_path_factory.mktemp("team").resolve()
    (folder / "dag_specs").mkdir()
    shutil.copy(root / "tests/specs/environments.yaml", folder / "dag_specs")
    shutil.copytree(root / "spark_jobs", folder / "spark_jobs")
    return folder


@pytest.fixture(scope="session")
def editor(team: Path) -> Iterator[Editor]:
    """One server for all tests that leave its repository as it is."""
    running = Editor(team)
    yield running
    running.kill()


@pytest.fixture
def own(repository: Path) -> Iterator[Editor]:
    """A server of one test, in a repository that may be changed."""
    running = Editor(repository.resolve())
    yield running
    running.kill()
