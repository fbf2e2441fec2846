"""The iTunes operator against a real search server: hits, retries, and what it does without an answer."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from airflow.providers.http.hooks.http import HttpHook
from airflow.sdk.exceptions import AirflowException

from dagspec.runtime import itunes
from dagspec.runtime.itunes import SearchToS3Operator


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[str]:
    """The address of the local search API."""
    command = [root / ".venv-localcloud/bin/python", "-m", "localcloud.itunes", "--port", "0"]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    yield process.stdout.readline().split()[1]
    process.terminate()
    process.wait(10)


def connect(monkeypatch: pytest.MonkeyPatch, url: str, extra: dict[str, str] | None = None) -> None:
    connection = {"conn_type": "http", "host": url, "extra": extra or {}}
    monkeypatch.setenv("AIRFLOW_CONN_ITUNES_API", json.dumps(connection))


def written(path: Path, artists: list[str]) -> tuple[dict[str, int], list[dict[str, object]]]:
    operator = SearchToS3Operator(task_id="pull", artists=artists, destination="s3://lake/raw.parquet")
    hook = HttpHook(method="GET", http_conn_id="itunes_api")
    session = itunes._patient_session(hook)
    counts = operator._write(str(path), session, hook.url_from_endpoint("/search"))
    table = pq.read_table(path)
    assert table.schema.names == ["json_blob"]
    return counts, [json.loads(blob) for blob in table.column("json_blob").to_pylist()]


def test_every_hit_is_a_row_and_an_artist_without_hits_is_counted(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(monkeypatch, server)
    counts, hits = written(tmp_path / "raw.parquet", ["Adele", "nobody at all"])
    assert counts == {"Adele": len(hits), "nobody at all": 0}
    assert len(hits) > 10


def test_a_gateway_in_trouble_is_asked_again(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, server, {"X-Fail": "fail=503&times=2&key=twice"})
    counts, _ = written(tmp_path / "raw.parquet", ["Adele"])
    assert counts["Adele"] > 10


def test_an_artist_that_cannot_be_searched_fails_the_task_by_name(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(itunes, "BACKOFF_SECONDS", 0)
    connect(monkeypatch, server, {"X-Fail": "fail=502&times=999&key=always"})
    with pytest.raises(AirflowException, match=r"Adele: the search API answered 502.*Nothing was written"):
        written(tmp_path / "raw.parquet", ["Adele"])


def test_nobody_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(itunes, "BACKOFF_SECONDS", 0)
    connect(monkeypatch, "http://127.0.0.1:1")
    with pytest.raises(AirflowException, match=r"Adele: .* after 5 retries"):
        written(tmp_path / "raw.parquet", ["Adele"])


class _Real(BaseHTTPRequestHandler):
    """Answers everything with one file."""

    answer = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("answer", ["real", "not json", '{"results": 5}'])
def test_answers_as_they_come(answer: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = root.parent / "shared/data/itunes/search_jack_johnson_songs.json"
    if answer == "real" and not real.exists():
        pytest.skip("the real answer of the search API is not part of the repository")
    _Real.answer = real.read_bytes() if answer == "real" else answer.encode()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Real)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connect(monkeypatch, f"http://127.0.0.1:{server.server_port}")
    try:
        if answer == "real":
            counts, hits = written(tmp_path / "raw.parquet", ["Jack Johnson"])
            assert counts == {"Jack Johnson": 15}
            assert hits == json.loads(_Real.answer)["results"]
        else:
            with pytest.raises(AirflowException, match="Jack Johnson: the search API's answer is not a list"):
                written(tmp_path / "raw.parquet", ["Jack Johnson"])
    finally:
        server.shutdown()
