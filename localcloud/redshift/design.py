"""What a table's definition says about the disk and about keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from localcloud.redshift import words
from localcloud.redshift.errors import SYNTAX_ERROR, SqlError
from localcloud.redshift.words import Word


@dataclass
class Design:
    """What PostgreSQL has no place for."""

    diststyle: str = ""
    distkey: str = ""
    sortkey: list[str] = field(default_factory=list)
    encoding: dict[str, str] = field(default_factory=dict)
    primary_key: list[str] = field(default_factory=list)
    unique: list[list[str]] = field(default_factory=list)
    foreign_keys: list[str] = field(default_factory=list)
    not_null: list[str] = field(default_factory=list)

    def known(self) -> dict[str, object]:
        """What is to be remembered."""
        kept = {name: value for name, value in vars(self).items() if value and name != "not_null"}
        if self.distkey:
            kept.setdefault("diststyle", "KEY")
        return kept

    def take(self, part: Sequence[Word], place: int) -> int:
        """Read one attribute of the table; the place after it, or the same place if there is none."""
        upper = part[place].upper
        if upper == "DISTSTYLE":
            self.diststyle = part[place + 1].upper if place + 1 < len(part) else ""
            return place + 2
        if upper == "DISTKEY":
            self.distkey = "".join(names_in(part, place + 1))
            return words.closing(part, place + 1) + 1
        if upper in ("COMPOUND", "INTERLEAVED"):
            return place + 1
        if upper == "SORTKEY":
            return self._sortkey(part, place + 1)
        return place + 2 if upper in ("BACKUP", "ENCODE") else place

    def _sortkey(self, part: Sequence[Word], place: int) -> int:
        if place < len(part) and part[place].upper in ("AUTO", "NONE"):
            return place + 1
        self.sortkey = names_in(part, place)
        return words.closing(part, place) + 1


def names_in(part: Sequence[Word], opening: int) -> list[str]:
    """The names in the parentheses that open at a place. SqlError if none open there."""
    if opening >= len(part) or part[opening].upper != "(":
        raise SqlError(SYNTAX_ERROR, "syntax error: the names of columns in parentheses are missing")
    return [item[0].text.lower() for item in words.arguments(part, opening) if item]
