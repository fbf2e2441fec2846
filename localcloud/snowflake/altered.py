"""When each table was last written, for whoever shows what a run has done: fakesnow's LAST_ALTERED is always 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from localcloud.snowflake.text import QUALIFIED, ObjectName

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

_WRITES = re.compile(
    r"(?:INSERT (?:OVERWRITE )?INTO|UPDATE|DELETE FROM|MERGE INTO|COPY INTO|TRUNCATE TABLE"
    r"|CREATE (?:OR REPLACE )?(?:TRANSIENT |EXTERNAL )?TABLE|ALTER EXTERNAL TABLE)"
    rf" (?!IF\b)(?P<name>{QUALIFIED})(?![\w.]).*",
    re.IGNORECASE | re.DOTALL,
)


class Altered:
    """The tables that statements have written since the server started; a rollback does not take that back."""

    def __init__(self) -> None:
        self._times: dict[ObjectName, datetime] = {}

    def note(self, cursor: LocalCursor, statement: str) -> None:
        """Remember the table that a statement, cleaned, has written; one that only reads is nothing to remember."""
        if found := _WRITES.fullmatch(statement):
            self._times[cursor.existing_table(found["name"])] = datetime.now(UTC)

    def since(self, moment: datetime) -> list[ObjectName]:
        """The tables that were written after a moment, sorted; some may have been dropped."""
        return sorted(name for name, time in list(self._times.items()) if time > moment)
