"""What the Redshift Data API tells of statements: whose they are, why they failed, what they return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_redshift_data import RedshiftDataAPIServiceClient

FINISHED = "FINISHED"
RUNNING = ("SUBMITTED", "PICKED", "STARTED")


def earlier_statement(client: RedshiftDataAPIServiceClient, name: str) -> str | None:
    """Id of the newest statement of that name that runs or has finished; None when there is none.

    The Data API keeps statements for a day. A failed one has changed nothing: it was one transaction.
    """
    pages = client.get_paginator("list_statements").paginate(StatementName=name, Status="ALL")
    # the name is a prefix there
    listed = [one for page in pages for one in page["Statements"] if one.get("StatementName") == name]
    good = [one for one in listed if one["Status"] in (FINISHED, *RUNNING)]
    return max(good, key=lambda one: one["CreatedAt"])["Id"] if good else None


def failure(described: Mapping[str, Any]) -> str:
    """Why a statement has not finished, in Redshift's words, and which of several it was."""
    reason = described.get("Error") or "no reason given"
    lines = [f"Statement {described['Id']} is {described['Status']}: {reason}"]
    failed = [one for one in described.get("SubStatements", []) if one["Status"] == "FAILED"]
    lines += [f"in: {one.get('QueryString', one['Id'])}" for one in failed]
    return "\n".join(lines)


def statement_ids(described: Mapping[str, Any]) -> list[str]:
    """The ids of the statements, one for each when there were several."""
    return [one["Id"] for one in described.get("SubStatements", [])] or [described["Id"]]


def rows(client: RedshiftDataAPIServiceClient, described: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of the last query among the statements, as column: value; empty when there is no query.

    Raises ValueError when two columns have the same name.
    """
    parts = described.get("SubStatements") or [described]
    queries = [part["Id"] for part in parts if part.get("HasResultSet")]
    if not queries:
        return []
    pages = list(client.get_paginator("get_statement_result").paginate(Id=queries[-1]))
    names = [column.get("label") or column["name"] for column in pages[0]["ColumnMetadata"]]
    if len(set(names)) < len(names):
        raise ValueError(f"two columns of the query have one name, give them aliases: {', '.join(names)}")
    return [
        {name: _value(field) for name, field in zip(names, record, strict=True)}
        for page in pages
        for record in page["Records"]
    ]


def _value(field: Mapping[str, Any]) -> Any:
    return None if field.get("isNull") else next(iter(field.values()))
