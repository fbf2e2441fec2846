"""The tables of the local Snowflake that a run has written."""

from __future__ import annotations

import ssl
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from dagspec.run.peek import Content
from dagspec.run.snowflake import HOST
from dagspec.run.tables import LIMIT_SECONDS, SHOWN_ROWS, Table, TablesError, running_port
from dagspec.run.wording import first_line

ENGINE = "Snowflake"
TABLES_PATH = "/_localcloud/tables"


def find_snowflake_tables(cloud_url: str, ca_bundle: Path, since: datetime) -> list[Table]:
    """Return the tables that were written after ``since``, sorted by name. Raises ``TablesError``.

    The list is empty when nothing has used the local Snowflake: asking would start it.
    """
    port = running_port(cloud_url, ENGINE)
    if port is None:
        return []
    trusted = ssl.create_default_context(cafile=str(ca_bundle))
    question = {"since": since.isoformat(), "rows": str(SHOWN_ROWS)}
    url = f"https://{HOST}:{port}{TABLES_PATH}"
    try:
        answer = httpx.get(url, params=question, verify=trusted, timeout=LIMIT_SECONDS, trust_env=False)
        return [_table(one) for one in answer.raise_for_status().json()]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise TablesError(f"cannot look into the local Snowflake: {first_line(error)}") from error


def _table(told: dict[str, Any]) -> Table:
    columns = told["columns"]
    sample = [dict(zip(columns, row, strict=True)) for row in told["rows"]]
    return Table(ENGINE, told["database"], told["schema"], told["name"], Content(told["count"], columns, sample))
