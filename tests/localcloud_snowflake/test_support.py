"""The table of what works, in support.yaml, is true: every row is run."""

import re

import pytest
import yaml
from conftest import REPOSITORY, Session
from snowflake.connector.errors import ProgrammingError

FILE = REPOSITORY / "localcloud" / "snowflake" / "support.yaml"
ROWS = yaml.safe_load(FILE.read_text())


def outcome(session: Session, statement: str) -> tuple[str, str]:
    try:
        rows = session.run(statement)
    except ProgrammingError as error:
        return ("refused" if error.errno in (2, 1003) else f"broken ({error.errno})"), str(error.raw_msg)
    answer = str(rows[0][0]) if rows else ""
    return ("ignored" if answer.startswith("Statement ignored: ") else "works"), answer


def _words(text: str) -> set[str]:
    return set(re.findall(r"[A-Z]{2,}", text.upper()))


@pytest.mark.timeout(120)
def test_every_row(session: Session) -> None:
    """And what is ignored or refused is named in the answer."""
    session.write_parquet("iris/a.parquet", "SELECT 'setosa' AS CLASS_NAME, 50 AS N")
    session.write("csv/a.csv", "id,name\n1,x\n")
    wrong = []
    for row in ROWS:
        found, answer = outcome(session, row["statement"])
        named = _words(answer) & _words(row["statement"])
        if found != row["status"] or (found != "works" and not named):
            wrong.append((row["statement"], row["status"], found, answer))
    assert not wrong


def test_the_rows_are_well_formed() -> None:
    assert {row["status"] for row in ROWS} == {"works", "ignored", "refused"}
    assert len({row["statement"] for row in ROWS}) == len(ROWS)
    assert all(set(row) <= {"statement", "status", "note"} for row in ROWS)
