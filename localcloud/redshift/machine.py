"""What of PostgreSQL reaches past the database, to files and programs of this machine: Redshift has none of it.

This keeps pipelines portable. It is no barrier: PostgreSQL's user may do what its superuser may.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from localcloud.redshift import words
from localcloud.redshift.errors import SqlError, unsupported
from localcloud.redshift.words import Word

_LANGUAGES = ("sql", "plpgsql")
_FUNCTIONS = re.compile(
    r"pg_read_(binary_)?file|pg_ls_\w+|pg_stat_file|pg_file_\w+|pg_execute_server_program"
    r"|pg_(reload_conf|rotate_logfile)|lo_(import|export)|dblink(_\w+)?",
    re.IGNORECASE,
)
_ROUTINES = ("FUNCTION", "PROCEDURE")


def refuse_machine(part: Sequence[Word]) -> None:
    """SqlError if a statement, or the body of a routine that it makes, wants more than the database."""
    _refuse_functions(part)
    _refuse_programs(part)
    if part[0].upper != "CREATE" or not any(word.upper in _ROUTINES for word in part[:4]):
        return
    _refuse_languages(part)
    for body in _bodies(part):
        _refuse_functions(body)
        _refuse_programs(body)
        _refuse_copies(body)


def _refuse_functions(part: Sequence[Word]) -> None:
    for word, following in pairwise(part):
        is_call = following.upper == "(" and not word.is_text
        if is_call and _FUNCTIONS.fullmatch(word.text):
            raise unsupported(f"the function {word.text.lower()}, which Redshift has not")


def _refuse_programs(part: Sequence[Word]) -> None:
    for side in ("FROM", "TO"):
        place = words.find(part, side, "PROGRAM")
        if place is not None and any(word.is_text for word in part[place + 2 : place + 3]):
            raise unsupported("COPY … PROGRAM, which Redshift has not")


def _refuse_copies(body: Sequence[Word]) -> None:
    """A body is PostgreSQL's own: its COPY would mean a file of this machine."""
    for statement in words.statements(body):
        copy = words.find(statement, "COPY")
        rest = statement[copy:] if copy is not None else []
        if any(word.upper in ("FROM", "TO") and after.is_text for word, after in pairwise(rest)):
            raise unsupported("COPY in the body of a routine", "Run the COPY as a statement of its own.")


def _refuse_languages(part: Sequence[Word]) -> None:
    depth = 0
    for word, following in pairwise(part):
        depth += (word.upper == "(") - (word.upper == ")")
        language = following.text.lower()
        if depth == 0 and word.upper == "LANGUAGE" and language not in _LANGUAGES:
            raise unsupported(f"functions in {language}", "Write them in sql or plpgsql.")


def _bodies(part: Sequence[Word]) -> Iterator[list[Word]]:
    """The words of all texts, and of the texts in these: a body, and what it runs by EXECUTE."""
    for word in part:
        inner = _read(word.text) if word.is_text else []
        yield inner
        yield from _bodies(inner)


def _read(text: str) -> list[Word]:
    try:
        return words.read(text)
    except SqlError:  # not SQL
        return []
