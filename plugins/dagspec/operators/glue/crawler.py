"""`glue.crawler`: tables of the Data Catalog from the files of a folder."""

from __future__ import annotations

from math import ceil
from typing import Annotated, ClassVar

from msgspec import Meta

from dagspec.facts import Facts
from dagspec.kinds import Duration, NonEmpty, S3Uri, whole_seconds
from dagspec.operators.aws import AwsOperator
from dagspec.shared import Expansion, Task


class Crawler(AwsOperator, frozen=True, kw_only=True):
    """Create or update a Glue crawler, crawl once, and wait without holding a worker."""

    name: ClassVar[str] = "glue.crawler"
    facts: ClassVar[Facts] = Facts(
        waits_for=("glue_crawler",),
        defers=True,
        reads=("targets",),
        outputs={"return_value": "text"},
        template_fields=("crawler_name", "database", "targets", "role", "table_prefix"),
    )

    database: Annotated[NonEmpty, Meta(description="Database of the Data Catalog that gets the tables.")]
    targets: Annotated[list[S3Uri], Meta(min_length=1, description="Folders to crawl.")]
    role: Annotated[NonEmpty, Meta(description="Name or ARN of the role that the crawler runs with.")]
    crawler_name: Annotated[NonEmpty | None, Meta(description="Default: the DAG's id, a dot, the task's id.")] = None
    table_prefix: Annotated[NonEmpty | None, Meta(description="What the names of its tables begin with.")] = None
    timeout: Annotated[Duration, Meta(description="Longest wait for the crawl.")] = "2h"
    poll_interval: Annotated[Duration, Meta(description="Pause between two looks at Glue.")] = "30s"

    def expand(self, task: Task) -> Expansion:
        """One task."""
        interval = whole_seconds(self.poll_interval)
        crawler = {
            "operator": "dagspec.runtime.glue.CrawlerOperator",
            "crawler_name": self.crawler_name or f"{task.dag_id}.{task.id}",
            "config": {
                "Role": self.role,
                "DatabaseName": self.database,
                "Targets": {"S3Targets": [{"Path": target} for target in self.targets]},
                "TablePrefix": self.table_prefix or "",
            },
            "deferrable": True,
            "poll_interval": interval,
            "max_attempts": ceil(whole_seconds(self.timeout) / interval),
        }
        return Expansion({task.id: crawler | self.aws()})
