"""The iTunes Search API → one parquet object in S3."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.http.hooks.http import HttpHook
from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowException
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

if TYPE_CHECKING:
    from requests import Session

TRIES = 5
BACKOFF_SECONDS = 1
RETRIED = (502, 503, 504)
TIMEOUT_SECONDS = 30
SCHEMA = pa.schema([pa.field("json_blob", pa.string(), nullable=False)])


class SearchError(Exception):
    """The API gave no usable answer for one artist."""


class SearchToS3Operator(BaseOperator):
    """Search each artist; write all hits as rows of one column `json_blob` (JSON text).

    No provider has an operator that makes one file of several answers.
    The object appears only when it is whole. Memory holds the hits of one artist at a time (200 at most).
    Returns the number of hits of each artist; an artist that cannot be searched fails the task by name.
    """

    template_fields: Sequence[str] = ("artists", "destination")

    def __init__(
        self,
        *,
        artists: list[str],
        destination: str,
        limit: int = 200,
        http_conn_id: str = "itunes_api",
        aws_conn_id: str = "aws_default",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.artists, self.destination, self.limit = artists, destination, limit
        self.http_conn_id, self.aws_conn_id = http_conn_id, aws_conn_id

    def execute(self, context: Context) -> dict[str, int]:  # noqa: ARG002 - Airflow's signature
        """Search, write to a temporary file, upload."""
        hook = HttpHook(method="GET", http_conn_id=self.http_conn_id)
        session = _patient_session(hook)
        url = hook.url_from_endpoint("/search")
        with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
            counts = self._write(file.name, session, url)
            S3Hook(self.aws_conn_id).load_file(file.name, self.destination, replace=True)
        self.log.info("%d hits are in %s", sum(counts.values()), self.destination)
        return counts

    def _write(self, path: str, session: Session, url: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        failures: list[str] = []
        with pq.ParquetWriter(path, SCHEMA) as writer:
            for artist in self.artists:
                try:
                    hits = search(session, url, artist, self.limit)
                except SearchError as failure:
                    failures.append(str(failure))
                    continue
                self._report(artist, len(hits))
                counts[artist] = len(hits)
                blobs = [json.dumps(hit, ensure_ascii=False) for hit in hits]
                writer.write_table(pa.table({"json_blob": blobs}, schema=SCHEMA))
        if failures:
            raise AirflowException("; ".join(failures) + ". Nothing was written")
        return counts

    def _report(self, artist: str, hits: int) -> None:
        if hits:
            self.log.info("%s: %d hits", artist, hits)
        else:
            self.log.warning("%s: no hits", artist)


def search(session: Session, url: str, artist: str, limit: int) -> list[dict[str, Any]]:
    """The hits of one artist, at most `limit`. Raises SearchError, naming the artist, without a 200 and JSON."""
    try:
        answer = session.get(url, params={"term": artist, "limit": str(limit)}, timeout=TIMEOUT_SECONDS)
    except OSError as error:  # what requests raises derives from it
        raise SearchError(f"{artist}: {type(error).__name__} after {TRIES} retries") from error
    if answer.status_code != 200:
        raise SearchError(f"{artist}: the search API answered {answer.status_code} {answer.reason}")
    try:
        return list(answer.json()["results"])
    except (ValueError, KeyError, TypeError):
        raise SearchError(f"{artist}: the search API's answer is not a list of results in JSON") from None


def _patient_session(hook: HttpHook) -> Session:
    """The connection's session; it tries again, slower each time, when a gateway is in trouble."""
    session: Session = hook.get_conn()
    retry = Retry(total=TRIES, backoff_factor=BACKOFF_SECONDS, status_forcelist=RETRIED, raise_on_status=False)
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session
