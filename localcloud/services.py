"""What the local cloud's APIs share: the folders, the child processes, the Spark JVM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from localcloud.layout import Layout
from localcloud.processes import Supervisor


class Spark(Protocol):
    """What an API wants of the shared Spark JVM."""

    def cancel(self, job_group: str) -> None:
        """Cancel the Spark jobs of a program whose process has ended."""


@dataclass(frozen=True)
class Services:
    """What all clusters and all job runs share."""

    layout: Layout
    supervisor: Supervisor
    spark: Spark
