"""Redshift's AWS APIs as their users have them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import botocore.exceptions
import pytest
from cloud import Cloud, wait_for

CLUSTER = "dagspec-local"
DATABASE = {"ClusterIdentifier": CLUSTER, "Database": "dev"}
ENDED = ("FINISHED", "FAILED", "ABORTED")


@dataclass
class DataApi:
    client: Any

    @classmethod
    def of(cls, cloud: Cloud) -> DataApi:
        return cls(cloud.client("redshift-data"))

    def submit(self, sql: str | list[str], **options: Any) -> str:
        target = {} if {"WorkgroupName", "SessionId"} & set(options) else DATABASE
        if isinstance(sql, list):
            return self.client.batch_execute_statement(Sqls=sql, **{**target, **options})["Id"]
        return self.client.execute_statement(Sql=sql, **{**target, **options})["Id"]

    def describe(self, statement: str) -> dict[str, Any]:
        return self.client.describe_statement(Id=statement)

    def wait(self, statement: str, *states: str, seconds: float = 30) -> dict[str, Any]:
        def probe() -> dict[str, Any] | None:
            described = self.describe(statement)
            assert described["Status"] in states or not states or described["Status"] not in ENDED, described
            return described if described["Status"] in (states or ENDED) else None

        return wait_for(f"{statement} to be {states or ENDED}", probe, seconds)

    def run(self, sql: str | list[str], **options: Any) -> dict[str, Any]:
        """Run to the end: DescribeStatement's answer."""
        return self.wait(self.submit(sql, **options))

    def records(self, sql: str, **options: Any) -> list[list[dict[str, Any]]]:
        """The records of a query that works."""
        described = self.run(sql, **options)
        assert described["Status"] == "FINISHED", described.get("Error")
        return self.client.get_statement_result(Id=described["Id"])["Records"]

    def value(self, sql: str, **options: Any) -> Any:
        """The one value of a query that works."""
        ((field,),) = self.records(sql, **options)
        (value,) = field.values()
        return value

    def table(self, columns: str = "id int, name varchar(40)") -> str:
        """A new table of its own name."""
        name = f"t_{uuid.uuid4().hex[:12]}"
        described = self.run(f"CREATE TABLE {name} ({columns})")
        assert described["Status"] == "FINISHED", described.get("Error")
        return name


def refused(code: str, match: str, call: Any, **request: Any) -> None:
    """The call is refused with this code, and the message says why."""
    with pytest.raises(botocore.exceptions.ClientError, match=match) as error:
        call(**request)
    assert error.value.response["Error"]["Code"] == code


def parameters(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]
