"""Statements as the calls of the Data API tell of them."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any

from localcloud.redshift.data_api_parameters import redact
from localcloud.redshift.data_api_statement import Query, Statement


def submitted(statement: Statement) -> dict[str, Any]:
    """ExecuteStatement's answer; the outcome is in it if it was waited for."""
    return {
        **_common(statement),
        "Id": statement.id,
        "CreatedAt": moment(statement.created),
        "DbGroups": [],
        "Status": statement.status,
        "HasResultSet": statement.has_result_set,
    }


def described(statement: Statement) -> dict[str, Any]:
    """DescribeStatement's answer for a whole statement."""
    only = None if statement.is_batch else statement.queries[0]
    return {
        **_common(statement),
        **_outcome(only or statement.queries[-1]),
        "Id": statement.id,
        "QueryString": redact(only.sql) if only else "",
        "ResultRows": only.rows if only else -1,
        "ResultSize": only.size if only else -1,
        "QueryParameters": statement.parameters,
        "HasResultSet": statement.has_result_set,
        "SubStatements": [described_query(query) for query in statement.queries] if statement.is_batch else None,
        "ResultFormat": statement.result_format,
        "ExecutionMode": statement.execution_mode if statement.is_batch else None,
        "Status": statement.status,
        "Error": statement.error,
        "Duration": statement.duration_ns,
        "CreatedAt": moment(statement.created),
        "UpdatedAt": moment(statement.updated),
    }


def described_query(query: Query) -> dict[str, Any]:
    """One query of a batch."""
    return {
        **_outcome(query),
        "Id": query.id,
        "QueryString": redact(query.sql),
        "ResultRows": query.rows,
        "ResultSize": query.size,
        "HasResultSet": query.columns is not None,
        "Status": query.status,
        "Error": query.error,
        "Duration": query.duration_ns,
        "CreatedAt": moment(query.created),
        "UpdatedAt": moment(query.updated),
    }


def listed(statement: Statement) -> dict[str, Any]:
    """One of ListStatements' answers."""
    texts = [redact(query.sql) for query in statement.queries]
    return {
        "Id": statement.id,
        "QueryString": None if statement.is_batch else texts[0],
        "QueryStrings": texts if statement.is_batch else None,
        "SecretArn": statement.target.secret,
        "Status": statement.status,
        "StatementName": statement.name,
        "CreatedAt": moment(statement.created),
        "UpdatedAt": moment(statement.updated),
        "QueryParameters": statement.parameters,
        "IsBatchStatement": statement.is_batch,
        "ResultFormat": statement.result_format,
        "SessionId": statement.session_id,
    }


def moment(seconds: float) -> datetime:
    """A time as moto's serializer wants it."""
    return datetime.fromtimestamp(seconds, UTC)


def _common(statement: Statement) -> dict[str, Any]:
    target = statement.target
    return {
        "ClusterIdentifier": target.cluster,
        "WorkgroupName": target.workgroup,
        "Database": target.database,
        "DbUser": target.user,
        "SecretArn": target.secret,
        "SessionId": statement.session_id,
        "RedshiftPid": statement.pid,
    }


def _outcome(query: Query) -> dict[str, Any]:
    # PostgreSQL numbers no queries: a number that stays the same stands in
    return {"RedshiftQueryId": zlib.crc32(query.id.encode())}
