"""moto's crawler and crawl, with a thread that looks at the files and writes the Data Catalog."""

from __future__ import annotations

import logging
import statistics
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moto.core.utils import unix_time_millis, utcnow
from moto.glue import models
from moto.logs.models import logs_backends

from localcloud.glue.catalog import CatalogWriter
from localcloud.glue.discovery import CrawlError, FoundTable, discover

log = logging.getLogger(__name__)
_LAST_CRAWL = {"COMPLETED": "SUCCEEDED", "STOPPED": "CANCELLED", "FAILED": "FAILED"}


class _StoppedError(Exception):
    """Somebody has called StopCrawler."""


class LocalCrawl(models.FakeCrawl):
    """One crawl. RUNNING while it reads, STOPPING while it writes the catalogue."""

    def __init__(self, crawler_name: str) -> None:
        super().__init__(crawler_name)
        self._transitions: list[tuple[str, str]] = []  # moto would let it complete when it is looked at
        self.error = ""
        self.stop = threading.Event()
        self.created = self.updated = self.deleted = 0

    @property
    def seconds(self) -> float:
        """How long the crawl took; 0 while it runs."""
        return (self.end_time - self.start_time).total_seconds() if self.end_time else 0.0

    def end(self, state: str, error: str = "") -> None:
        """The crawl is over: COMPLETED, STOPPED or FAILED."""
        self.error = error
        self.end_time = utcnow()
        self.status = state


class LocalCrawler(models.FakeCrawler):
    """One crawler."""

    def as_dict(self) -> dict[str, Any]:
        """What GetCrawler shows; LastCrawl is the last one that has ended."""
        shown = super().as_dict()
        shown.pop("LastCrawl", None)
        ended = [crawl for crawl in self.crawls if crawl.end_time]
        if ended:
            shown["LastCrawl"] = _last_crawl(ended[-1])
        return {name: value for name, value in shown.items() if value is not None}

    def metrics(self) -> dict[str, Any]:
        """What GetCrawlerMetrics shows of the last crawl; times are in seconds."""
        seconds = [crawl.seconds for crawl in self.crawls if crawl.end_time] or [0.0]
        last = self.crawls[-1] if self.crawls else None
        return {
            "CrawlerName": self.name,
            "TimeLeftSeconds": 0.0,
            "StillEstimating": False,
            "LastRuntimeSeconds": seconds[-1],
            "MedianRuntimeSeconds": statistics.median(seconds),
            "TablesCreated": last.created if last else 0,
            "TablesUpdated": last.updated if last else 0,
            "TablesDeleted": last.deleted if last else 0,
        }

    def start_crawler(self) -> None:
        """Note a crawl. CrawlerRunningException while one is at work."""
        if self.status != "READY":
            raise models.CrawlerRunningException(f"Crawler with name {self.name} has already started")
        self.crawls.append(LocalCrawl(self.name))

    def stop_crawler(self) -> None:
        """Ask the crawl to stop. CrawlerNotRunningException if there is none."""
        super().stop_crawler()
        self.crawls[-1].stop.set()

    def crawl(self, s3: Path, done: Callable[[], None]) -> None:
        """Do the noted crawl in a thread of its own; `done` is called at its end."""
        threading.Thread(target=self._crawl, args=(self.crawls[-1], s3, done), daemon=True).start()

    def _crawl(self, crawl: LocalCrawl, s3: Path, done: Callable[[], None]) -> None:
        state, error = "COMPLETED", ""
        try:
            self._work(crawl, s3)
        except _StoppedError:
            state = "STOPPED"
        except CrawlError as failure:
            state, error = "FAILED", str(failure)
        except Exception as unexpected:
            log.exception("crawler %s", self.name)
            state, error = "FAILED", f"internal error of the local cloud: {unexpected}"
        self._report(f"ERROR : {error}" if error else f"INFO : Crawl {state.lower()}")
        crawl.end(state, error)
        done()

    def _work(self, crawl: LocalCrawl, s3: Path) -> None:
        found: list[FoundTable] = []
        for target in self._s3_targets():
            found += discover(target["Path"], target.get("Exclusions") or [], s3, self._report)
            if crawl.stop.is_set():
                raise _StoppedError
        crawl.status = "STOPPING"
        writer = CatalogWriter(self)
        writer.write(found)
        crawl.created, crawl.updated, crawl.deleted = writer.created, writer.updated, writer.deleted
        self._report(f"INFO : {crawl.created} tables created, {crawl.updated} updated, {crawl.deleted} deleted")

    def _s3_targets(self) -> list[dict[str, Any]]:
        others = [name for name, targets in self.targets.items() if targets and name != "S3Targets"]
        if others:
            raise CrawlError(f"{', '.join(others)} work on AWS Glue only: the local Glue crawls S3Targets")
        return self.targets.get("S3Targets") or []

    def _report(self, line: str) -> None:
        """A line in CloudWatch Logs, where Glue has it."""
        cloudwatch = logs_backends[self.backend.account_id][self.backend.region_name]
        group = self.crawls[-1].log_group
        cloudwatch.ensure_log_group(group)
        cloudwatch.ensure_log_stream(group, self.name)
        message = f"[{self.crawls[-1].crawl_id}] {line}"
        event = {"timestamp": int(unix_time_millis(utcnow())), "message": message}
        cloudwatch.put_log_events(group, self.name, [event])


def _last_crawl(crawl: LocalCrawl) -> dict[str, Any]:
    shown = {
        "Status": _LAST_CRAWL[crawl.status],
        "LogGroup": crawl.log_group,
        "LogStream": crawl.log_stream,
        "MessagePrefix": crawl.message_prefix,
        "StartTime": crawl.start_time,
    }
    return {**shown, "ErrorMessage": crawl.error} if crawl.error else shown
