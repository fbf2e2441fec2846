"""What the operators that send SQL to Redshift have in common: where it goes, and how long it may take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from dagspec.facts import Facts
from dagspec.kinds import Duration, NonEmpty, whole_seconds
from dagspec.operators.aws import AwsOperator
from dagspec.problem import Problem
from dagspec.shared import Expansion, Task


class StatementTask(AwsOperator, frozen=True, kw_only=True):
    """Base of operators that send statements through the Redshift Data API: no password, no driver."""

    facts: ClassVar[Facts] = Facts(
        uses=("redshift_cluster",),
        resource="cluster_identifier",
        waits_for=("redshift_statement",),
        defers=True,
        outputs={"return_value": "list"},
    )

    database: Annotated[NonEmpty, Meta(description="The database in it.")]
    cluster_identifier: Annotated[NonEmpty | None, Meta(description="A provisioned cluster.")] = None
    workgroup_name: Annotated[NonEmpty | None, Meta(description="A serverless workgroup.")] = None
    db_user: Annotated[NonEmpty | None, Meta(description="User of a cluster; without it, the IAM identity.")] = None
    secret_arn: Annotated[NonEmpty | None, Meta(description="Secret that holds user and password.")] = None
    timeout: Annotated[Duration, Meta(description="Longest run; the statement is then cancelled.")] = "2h"
    poll_interval: Annotated[Duration, Meta(description="Pause between two looks at Redshift.")] = "10s"

    def check(self, task: Task) -> Iterator[Problem]:
        """A cluster or a workgroup, and a login that it takes."""
        yield from self.exactly_one(task, "cluster_identifier", "workgroup_name")
        if self.db_user and self.secret_arn:
            message = '"db_user" and "secret_arn" exclude each other'
            yield Problem("wrong-type", message, task.place("db_user", key=True), "keep the one that logs in")
        if self.db_user and self.workgroup_name:
            message = '"db_user" is for clusters: a workgroup takes the IAM identity or a secret'
            yield Problem("wrong-type", message, task.place("db_user", key=True), "remove it")

    def send(self, task: Task, sql: str | list[str], **more: Any) -> Expansion:
        """One task that sends these statements as one transaction."""
        target = ("cluster_identifier", "workgroup_name", "db_user", "secret_arn")
        statement = {
            "operator": "dagspec.runtime.redshift.StatementOperator",
            "database": self.database,
            **{name: value for name in target if (value := getattr(self, name)) is not None},
            "sql": sql,
            "deferrable": True,
            "timeout_seconds": whole_seconds(self.timeout),
            "poll_interval": whole_seconds(self.poll_interval),
        }
        return Expansion({task.id: statement | more | self.aws()})
