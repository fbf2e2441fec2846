"""`SELECT TOP n` as `SELECT … LIMIT n`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot.tokenizer_core import TokenType

from localcloud.redshift import words
from localcloud.redshift.words import Word

_ENDS_QUERY = ("UNION", "INTERSECT", "EXCEPT", "MINUS")


def with_limits(part: Sequence[Word]) -> list[Word]:
    """The words with each TOP moved to the end of its query."""
    changed = list(part)
    while (place := _top(changed)) is not None:
        number = changed[place + 1]
        end = _end_of_query(changed, place)
        limit = words.inserted(f" LIMIT {number.text}", changed[end - 1])
        changed = [*changed[:place], *changed[place + 2 : end], limit, *changed[end:]]
    return changed


def _top(part: Sequence[Word]) -> int | None:
    for place in range(1, len(part) - 1):
        is_top = part[place].upper == "TOP" and part[place - 1].upper in ("SELECT", "DISTINCT", "ALL")
        if is_top and part[place + 1].kind == TokenType.NUMBER:
            return place
    return None


def _end_of_query(part: Sequence[Word], place: int) -> int:
    depth = 0
    for end in range(place, len(part)):
        upper = part[end].upper
        depth += (upper == "(") - (upper == ")")
        if depth < 0 or (depth == 0 and upper in _ENDS_QUERY):
            return end
    return len(part)
