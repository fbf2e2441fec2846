"""The credentials that a file holds, each of one kind: so that exactly one rule speaks of it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from dagspec.lazy import lazily
from dagspec.problem import KeyPath, Problem
from dagspec.secret_places import Named, Scalar, may_hold_secrets, named_values, scalars
from dagspec.secret_shapes import (
    AWS_SECRET,
    TOKEN,
    URI,
    USER_INFO,
    is_aws_secret_name,
    is_password_name,
    is_placeholder,
    is_secret_name,
    is_written_out,
    looks_random,
    token_kind,
)
from dagspec.source import Source

Kind = Literal["aws-key", "secret", "uri", "copy", "placeholder"]

SHORTEST_PASSWORD = 5
DOCS = {"doc_md", "description"}
# quotes are doubled in a single-quoted value of YAML
COPY = lazily(
    r"(?i)\bCREDENTIALS\s*=\s*\([^()]*(?:AWS_KEY_ID|AWS_SECRET_KEY|AZURE_SAS_TOKEN)[^()]*\)"
    r"|\bCREDENTIALS\s+(?:AS\s+)?''?[^']*aws_access_key_id=[^']*"
    r"|\bACCESS_KEY_ID\s+(?:AS\s+)?''?[^']+''?\s+SECRET_ACCESS_KEY\s+(?:AS\s+)?''?[^']+"
)
_STRAY = lazily(
    r"(?i)<?your[-_ ](?:aws[-_ ])?(?:(?:secret|access|api|private)[-_ ]?)*(?:key|token|password|secret)(?:[-_ ]id)?>?"
)
_CODE = lazily(r"[A-Za-z_]\w*(?:\.\w+)+.*|\w+[(\[].*|[A-Z_]+\d*", re.DOTALL)


class Credential(Struct, frozen=True):
    """One credential: what it is called, and its characters `start` up to `end`."""

    kind: Kind
    name: str
    value: str
    start: int
    end: int
    path: KeyPath = ()

    def told(self, problem: Problem, source: Source) -> Problem:
        """A finding, placed on this credential."""
        first_line = source.text.find("\n", self.start, self.end)
        at = source.span_of(self.start, self.end if first_line < 0 else first_line)
        return replace(problem, place=source.place(self.path), at=at)


def credentials(source: Source, kind: Kind) -> Iterator[Credential]:
    """The credentials of one kind, in the order of the file."""
    return (one for one in _all(source) if one.kind == kind)


@lru_cache(maxsize=8)
def _all(source: Source) -> tuple[Credential, ...]:
    if not may_hold_secrets(source):
        return ()
    texts = [one for one in scalars(source).values() if not DOCS & set(one.path[-1:] + one.path[:1])]
    found: list[Credential] = []
    for finder in (_in_copy(source, texts), _in_uris(source, texts), _tokens(source), _named(source), _stray(texts)):
        for one in finder:
            _add(found, one)
    return tuple(found)


def _add(found: list[Credential], one: Credential) -> None:
    """Add a credential in the order of the file, unless an earlier finder has told of it."""
    at = bisect_left(found, one.start, key=lambda other: other.start)
    beside = found[max(0, at - 1) : at + 1]
    if not any(one.start < other.end and other.start < one.end for other in beside):
        found.insert(at, one)


def _in_copy(source: Source, texts: list[Scalar]) -> Iterator[Credential]:
    for text in texts:
        for match in COPY.finditer(source.text, text.start, text.end):
            yield Credential("copy", "", match[0], match.start(), match.end(), text.path)


def _in_uris(source: Source, texts: list[Scalar]) -> Iterator[Credential]:
    named: dict[KeyPath, list[Named]] = {}
    for one in named_values(source):
        named.setdefault(one.path, []).append(one)
    for text in texts:
        raw = source.text[text.start : text.end]
        found = {_span(match) for pattern in USER_INFO for match in pattern.finditer(raw)}
        uris = [match.span() for match in URI.finditer(raw)]
        found |= {span for span in _named_spans(named.get(text.path, []), text) if _lies_in(span[0], uris)}
        for start, end in sorted(found):
            kind = _kind_in_uri(raw[start:end])
            if kind:
                yield Credential(kind, "", raw[start:end], text.start + start, text.start + end, text.path)


def _lies_in(place: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a place lies in one of the spans, which are in order and apart."""
    at = bisect_right(spans, place, key=lambda span: span[0])
    return at > 0 and place < spans[at - 1][1]


def _span(match: re.Match[str]) -> tuple[int, int]:
    """The password of `user:password@`; all of it when the user is the id of a key."""
    return match.start("user" if TOKEN.match(match["user"]) else "secret"), match.end("secret")


def _named_spans(named: list[Named], text: Scalar) -> Iterator[tuple[int, int]]:
    return ((one.start - text.start, one.end - text.start) for one in named if is_secret_name(one.name))


def _kind_in_uri(value: str) -> Kind | None:
    if is_placeholder(value):
        return "placeholder"
    return "uri" if "{{" in value or is_written_out(value) else None


def _tokens(source: Source) -> Iterator[Credential]:
    for match in TOKEN.finditer(source.text):
        what = token_kind(match)
        path = next((one.path for one in scalars(source).values() if one.start <= match.start() < one.end), ())
        yield Credential("aws-key" if what.startswith("AWS") else "secret", what, match[0], *match.span(), path)


def _named(source: Source) -> Iterator[Credential]:
    for one in named_values(source):
        kind = _kind(one)
        if kind and not DOCS & set(one.path[-1:] + one.path[:1]):
            yield Credential(kind, one.name, one.value, one.start, one.end, one.path)


def _kind(one: Named) -> Kind | None:
    if is_placeholder(one.value):
        return "placeholder"
    if is_aws_secret_name(one.name) and AWS_SECRET.fullmatch(one.value):
        return "aws-key"
    return "secret" if is_secret_name(one.name) and _is_secret(one) else None


def _is_secret(one: Named) -> bool:
    if not is_written_out(one.value) or _names_a_secret(one.value):
        return False
    if looks_random(one.value):
        return True
    if not is_password_name(one.name) or len(one.value) < SHORTEST_PASSWORD:
        return False
    return not one.loose or (any(map(str.isdigit, one.value)) and not _CODE.fullmatch(one.value))


def _names_a_secret(value: str) -> bool:
    """Whether the value is itself a name, such as that of a Variable: `redshift_password`."""
    return re.fullmatch(r"[A-Za-z]+(?:[-_/][A-Za-z0-9]+)+", value) is not None and is_secret_name(value)


def _stray(texts: list[Scalar]) -> Iterator[Credential]:
    for text in texts:
        if _STRAY.fullmatch(text.value.strip()):
            yield Credential("placeholder", "", text.value, text.start, text.end, text.path)
