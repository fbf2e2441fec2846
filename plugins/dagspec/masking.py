"""Hide secrets in whatever is printed. Everything that shows a spec or a message to somebody goes through `masked`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dagspec.secret_places import named_values, secret_spans, secret_spans_of
from dagspec.secret_shapes import is_written_out

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagspec.problem import Problem
    from dagspec.source import Source

SHORT = 6  # a shorter secret may be part of an ordinary word: in a message it is hidden only between quotes
CUT = "…"  # how `shown` ends a value that it shortens


def masked(text: str, *sources: Source) -> str:
    """`text` with a star for each character of a secret; lines and columns stay.

    sources: files whose secrets are hidden too wherever `text` repeats them, such as the spec that a message is about.
    """
    hidden = _stars(text, secret_spans(text))
    for source in sources:
        if text == source.text:
            return masked_source(source)
        hidden = _without(hidden, _secrets(source))
    return hidden


def masked_problem(problem: Problem, *sources: Source) -> Problem:
    """A finding whose sentences hold no secret of its own file or of `sources`."""
    message, help_ = (masked(text, problem.place.source, *sources) for text in (problem.message, problem.help))
    return replace(problem, message=message, help=help_)


@lru_cache(maxsize=8)
def masked_source(source: Source) -> str:
    """The text of a file with its secrets masked, repeated ones too; lines and columns are those of the file."""
    if source.whole:  # its text holds the other DAGs of the file too
        return masked_source(source.whole)
    text = _stars(source.text, secret_spans_of(source))
    for secret in _secrets(source):
        if len(secret) >= SHORT and not secret.isalpha():
            text = text.replace(secret, _star(secret))
    return text


def _stars(text: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces, done = [], 0
    for start, end in sorted(spans):
        if end > done:
            pieces += [text[done : max(start, done)], _star(text[max(start, done) : end])]
            done = end
    return "".join([*pieces, text[done:]])


def _star(secret: str) -> str:
    kept = secret[:4] if secret.startswith(("AKIA", "ASIA")) else ""  # which kind of key, as AWS documents it
    return kept + re.sub(r"\S", "*", secret[len(kept) :])


@lru_cache(maxsize=8)
def _secrets(source: Source) -> tuple[str, ...]:
    """The secrets of a file as messages may repeat them, the longest first."""
    if source.whole:
        return _secrets(source.whole)
    written = [source.text[start:end] for start, end in secret_spans_of(source)]
    written += [one.value for one in named_values(source) if is_written_out(one.value)]
    lines = [line.strip() for text in written for line in text.split("\n")]
    bare = [line.strip("\"'*&!|>%@` ") for line in lines]
    return tuple(sorted({text for text in (*lines, *bare) if len(text) > 2}, key=lambda text: (-len(text), text)))


def _without(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        if len(secret) < SHORT:
            text = text.replace(f'"{secret}"', '"****"')
        else:
            text = _without_beginning(text.replace(secret, "****"), secret)
    return text


def _without_beginning(text: str, secret: str) -> str:
    """Hide the beginning of a secret where a message was cut."""
    for length in range(len(secret) - 1, 2, -1) if CUT in text else ():
        text = text.replace(secret[:length] + CUT, "****" + CUT)
    return text
