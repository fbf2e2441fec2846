"""`ALTER TABLE target APPEND FROM source`: the rows move."""

from __future__ import annotations

from dataclasses import dataclass

from localcloud.redshift import words
from localcloud.redshift.backend import IDLE
from localcloud.redshift.errors import ACTIVE_TRANSACTION, SqlError
from localcloud.redshift.parsed import Parsed
from localcloud.redshift.statements import Action, Context


@dataclass(frozen=True)
class Append(Action):
    """The tables as written, and what to do about columns that only one of them has."""

    target: str
    source: str
    ignore_extra: bool
    fill_target: bool

    async def run(self, context: Context) -> str:
        """Move the rows. SqlError within a transaction, BackendError if the columns differ."""
        if context.backend.status != IDLE:
            raise SqlError(ACTIVE_TRANSACTION, "ALTER TABLE APPEND cannot run inside a transaction block")
        target, source = (name.replace("'", "''") for name in (self.target, self.source))
        options = f"{self.ignore_extra}, {self.fill_target}"
        await context.backend.run(f"SELECT redshift_local.append('{target}', '{source}', {options})")
        context.notice(f'ALTER TABLE APPEND "{self.target}" from "{self.source}" is complete.')
        return "ALTER TABLE APPEND"


def append(parsed: Parsed) -> Append | None:
    """The statement, if it is one."""
    place = words.find(parsed.words, "APPEND", "FROM")
    if place is None:
        return None
    options = {word.upper for word in parsed.words[place + 2 :]}
    end = min(
        (i for i, word in enumerate(parsed.words) if word.upper in ("IGNOREEXTRA", "FILLTARGET")),
        default=len(parsed.words),
    )
    target, source = parsed.render(2, place), parsed.render(place + 2, end)
    return Append(target, source, "IGNOREEXTRA" in options, "FILLTARGET" in options)
