from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("moto", reason="the local cloud has an environment of its own, .venv-localcloud")

from cloud import BUCKET, Cloud, serving


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """One local cloud for all tests that do not end it."""
    with serving(tmp_path_factory.mktemp("shared") / "cloud") as shared:
        shared.s3.create_bucket(Bucket=BUCKET)
        yield shared


@pytest.fixture(scope="session")
def cluster(cloud: Cloud) -> str:
    """A cluster that runs four steps at once, for tests about single steps."""
    return cloud.cluster(StepConcurrencyLevel=4)
