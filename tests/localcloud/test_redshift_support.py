"""Every row of the table of what works, run in the order of the table."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import redshift_connector
import warehouse
from cloud import CHECKOUT, Cloud
from warehouse import Connection, run

from localcloud.redshift import support

ROWS = support.rows()


@pytest.fixture(scope="module")
def session(cloud: Cloud) -> Iterator[Connection]:
    numbers = io.BytesIO()
    pq.write_table(pa.table({"id": pa.array([1, 2], pa.int32()), "name": ["one", "two"]}), numbers)
    cloud.put("numbers.csv", "1,one\n2,two\n")
    cloud.put("numbers.json", '{"ID": 1, "Name": "one"}\n{"ID": 2}')
    cloud.put("numbers.parquet", numbers.getvalue())
    with contextlib.closing(warehouse.of(cloud, "support").connect()) as connection:
        yield connection


@pytest.mark.parametrize("row", ROWS, ids=[row["statement"][:60] for row in ROWS])
def test_a_row_of_the_table(session: Connection, row: dict[str, str]) -> None:
    session.notices.clear()
    with transaction(session) if row["within"] else contextlib.nullcontext():
        error = outcome(session, row["statement"])
    notices = [notice[b"M"].decode() for notice in session.notices]
    if row["result"] == "refused":
        assert error["C"] == "0A000"
        assert "the local Redshift does not support" in error["M"]
    else:
        assert error == {}
        assert any("accepts and ignores" in notice for notice in notices) == (row["result"] == "ignored"), notices


@contextlib.contextmanager
def transaction(session: Connection) -> Iterator[None]:
    run(session, "BEGIN")
    yield
    run(session, "ROLLBACK")


def outcome(session: Connection, statement: str) -> dict[str, str]:
    try:
        run(session, statement)
    except redshift_connector.Error as error:
        return dict(error.args[0])
    return {}


def test_the_documentation_has_the_table() -> None:
    assert support.markdown() in (CHECKOUT / "docs" / "redshift.md").read_text()
