"""The options behind COPY and UNLOAD: which there are, what they take, and what they said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum

from sqlglot.tokenizer_core import TokenType

from localcloud.redshift.errors import SYNTAX_ERROR, SqlError, unsupported
from localcloud.redshift.words import Word

Values = dict[str, str]
ON = "ON"
# what a client proves itself with: read over, never kept
SECRETS = ("CREDENTIALS", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "MASTER_SYMMETRIC_KEY", "IAM_ROLE")
_ON_OFF = ("ON", "OFF", "TRUE", "FALSE", "PRESET", "NONE")


class Takes(Enum):
    """What follows an option's name."""

    NOTHING = "nothing"
    TEXT = "a text in quotes"
    TEXT_OR_NOTHING = "a text in quotes or nothing"
    NUMBER = "a number"
    SWITCH = "ON or OFF"
    WORD = "a word"
    REFUSED = "no place here"


def parse(statement: str, part: Sequence[Word], known: Mapping[str, Takes]) -> Values:
    """The options and their values. SqlError names an option that is unknown, not supported or wrongly used."""
    values: Values = {}
    place = 0
    while place < len(part):
        name = part[place].upper
        if name in ("WITH", "AS", "FORMAT"):
            place += 1
            continue
        if name not in known:
            raise SqlError(
                SYNTAX_ERROR, f"syntax error at or near {_shown(part[place])!r} among the options of {statement}"
            )
        if known[name] is Takes.REFUSED:
            raise unsupported(f"the option {name} of {statement}")
        place, value = _value(statement, name, known[name], part, place + 1)
        if name not in SECRETS:
            values[name] = value
    return values


def _value(statement: str, name: str, takes: Takes, part: Sequence[Word], place: int) -> tuple[int, str]:
    if place < len(part) and part[place].upper == "AS":
        place += 1
    word = part[place] if place < len(part) else None
    if takes is Takes.NOTHING:
        return place, ON
    if takes is Takes.SWITCH:
        return (place + 1, word.upper) if word and word.upper in _ON_OFF else (place, ON)
    if takes is Takes.TEXT_OR_NOTHING:
        return (place + 1, word.text) if word and word.is_text else (place, ON)
    if word is None or not _fits(takes, word):
        raise SqlError(SYNTAX_ERROR, f"syntax error: the option {name} of {statement} takes {takes.value}")
    return _sized(part, place, word)


def _sized(part: Sequence[Word], place: int, word: Word) -> tuple[int, str]:
    """A number may have a unit behind it: MAXFILESIZE 100 MB."""
    following = part[place + 1].upper if place + 1 < len(part) else ""
    if word.kind == TokenType.NUMBER and following in ("MB", "GB"):
        return place + 2, f"{word.text} {following}"
    return place + 1, word.text


def _fits(takes: Takes, word: Word) -> bool:
    if takes is Takes.TEXT:
        return word.is_text or word.upper == "DEFAULT"
    if takes is Takes.NUMBER:
        return word.kind == TokenType.NUMBER
    return re.fullmatch(r"\w+", word.text) is not None


def _shown(word: Word) -> str:
    """A text among the options may be a secret in the wrong place."""
    return "'…'" if word.is_text else word.text


def is_on(values: Values, name: str) -> bool:
    """Whether a switch is there and not off."""
    return values.get(name, "OFF") not in ("OFF", "FALSE", "NONE")
