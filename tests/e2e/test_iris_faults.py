"""Whatever fails in the iris pipeline: a red run, no cluster, no truncated object, a curated folder that is whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dagspec.run.outputs import s3_client
from tests.e2e.emr import Emr
from tests.e2e.iris import BUCKET, FAULTY, FIFTY_EACH, SAMPLE, Iris, refused_login
from tests.run.airflow_fixture import WarmAirflow

TERMINATE = "emr_cluster.terminate_emr_cluster"
CONTENT = SAMPLE.read_bytes()
MISFIT = CONTENT.replace(b"Iris-virginica", b"Iris-sibirica")
# Path → what is promised and what is sent.
PAGES = {
    "/whole": (CONTENT, CONTENT),
    "/half": (CONTENT, CONTENT[: len(CONTENT) // 2]),
    "/misfit": (MISFIT, MISFIT),
}


class Publisher(BaseHTTPRequestHandler):
    """A web server whose connections may break off."""

    def do_GET(self) -> None:
        promised, sent = PAGES[self.path]
        self.send_response(200)
        self.send_header("Content-Length", str(len(promised)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Publisher) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@dataclass(frozen=True)
class Published:
    """What a run leaves for others: the files of both folders."""

    raw: dict[str, bytes]
    curated: dict[str, bytes] = field(default_factory=dict)


def published(iris: Iris) -> Published:
    return Published(iris.objects("input_folder"), iris.objects("output_folder"))


@pytest.fixture(scope="module")
def iris(airflow: WarmAirflow, url: str) -> Iris:
    """A pipeline that has run well once."""
    iris = Iris(airflow, FAULTY)
    assert iris.run({"url": f"{url}/whole"})[1] == "success"
    assert published(iris).raw == {"iris.data": CONTENT}
    assert iris.counts() == FIFTY_EACH
    return iris


def assert_cluster_gone(iris: Iris, emr: Emr, run_id: str) -> None:
    assert iris.states(run_id)[TERMINATE] == "success"
    assert [one["Status"]["State"] for one in emr.clusters(FAULTY, run_id)] == ["TERMINATED"]


def test_a_download_that_breaks_off_leaves_no_truncated_object(iris: Iris, emr: Emr, url: str) -> None:
    before = published(iris)
    run_id, state = iris.run({"url": f"{url}/half"})
    assert state == "failed"
    assert iris.states(run_id)["emr_cluster.wait_for_ingest_layer"] == "failed"
    assert f"cannot download {url}/half" in iris.log(run_id, "emr_cluster.wait_for_ingest_layer")
    assert published(iris) == before
    assert "Uploads" not in s3_client(emr.endpoint).list_multipart_uploads(Bucket=BUCKET)
    assert_cluster_gone(iris, emr, run_id)
    assert iris.counts() == FIFTY_EACH


def test_a_transform_that_fails_leaves_the_curated_folder_whole(iris: Iris, emr: Emr, url: str) -> None:
    before = published(iris)
    run_id, state = iris.run({"url": f"{url}/misfit"})
    assert state == "failed"
    assert iris.states(run_id)["emr_cluster.wait_for_transform_layer"] == "failed"
    assert "lines that are no irises: 50" in iris.log(run_id, "emr_cluster.wait_for_transform_layer")
    assert published(iris).curated == before.curated
    assert_cluster_gone(iris, emr, run_id)
    assert iris.counts() == FIFTY_EACH


def test_a_refused_login_comes_after_the_cluster_is_gone(iris: Iris, emr: Emr, url: str) -> None:
    before = published(iris)
    with refused_login(iris.airflow):
        run_id, state = iris.run({"url": f"{url}/whole"})
    assert state == "failed"
    states = iris.states(run_id)
    assert [states[name] for name in ("create_schema", "snowflake_load", "check_classes")] == [
        "failed",
        "upstream_failed",
        "upstream_failed",
    ]
    assert "JWT token is invalid" in iris.log(run_id, "create_schema")
    assert list(published(iris).curated.values()) == list(before.curated.values())
    assert_cluster_gone(iris, emr, run_id)


def test_the_run_behind_all_faults_is_green(iris: Iris, url: str) -> None:
    assert iris.run({"url": f"{url}/whole"})[1] == "success"
    assert iris.counts() == FIFTY_EACH
