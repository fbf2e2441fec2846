"""Where the secrets of a file stand: in its values as YAML reads them, and in its text when it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import yaml
from msgspec import Struct

from dagspec.lazy import lazily
from dagspec.problem import KeyPath
from dagspec.secret_shapes import (
    ASSIGNED,
    AWS_SECRET,
    NAME,
    OPTION_VALUE,
    RAW_LINE,
    RAW_VALUES,
    TOKEN,
    USER_INFO,
    is_credential_name,
    is_written_out,
)
from dagspec.source import Source

# a file without any of these holds no secret: most do not, and are done in one look
_NAME = r"pass|pwd|secret|token|(?:private|api|account|access|auth|aws)[._-]?key"
_HINT = lazily(rf"{_NAME}|your[-_ ]|akia|asia|dapi|://[^\s/]*:|gh[oprsu]_|github_pat|xox|aiza|eyj|private key")
_SECRET_NAME = lazily(rf"(?i){_NAME}")


class Scalar(Struct, frozen=True):
    """One single value of a file: its key path, what YAML reads, and its characters `start` up to `end`."""

    path: KeyPath
    value: str
    start: int
    end: int


class Named(Struct, frozen=True):
    """A value whose name says that it is secret; it may still be a template or a placeholder.

    path: the single value that it is or lies in. loose: it has neither a key of its own nor quotes, and may be a word.
    """

    name: str
    value: str
    start: int
    end: int
    path: KeyPath = ()
    loose: bool = False


def may_hold_secrets(source: Source) -> bool:
    """False for a file that is certain to hold none."""
    return _has_hint(source.text)


@lru_cache(maxsize=8)
def _has_hint(text: str) -> bool:
    # folded once: that is three times faster than a pattern that ignores case
    return _HINT.search(text.casefold()) is not None


@lru_cache(maxsize=8)
def scalars(source: Source) -> dict[KeyPath, Scalar]:
    """Every single value that is written in a file, once: what an alias stands for counts where its anchor is."""
    found: dict[KeyPath, Scalar] = {}
    seen: set[int] = set()
    pending: list[tuple[KeyPath, yaml.Node | None]] = [((), source.root)]
    while pending:
        path, node = pending.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            found[path] = Scalar(path, node.value, *_inner(source, node))
        pending += reversed(list(_children(path, node)))
    return found


def _children(path: KeyPath, node: yaml.Node) -> Iterator[tuple[KeyPath, yaml.Node]]:
    if isinstance(node, yaml.SequenceNode):
        yield from (((*path, index), child) for index, child in enumerate(node.value))
    elif isinstance(node, yaml.MappingNode):
        yield from (((*path, key.value), child) for key, child in node.value if isinstance(key, yaml.ScalarNode))


def _inner(source: Source, node: yaml.ScalarNode) -> tuple[int, int]:
    """The characters of a value without its anchor, tag and quotes."""
    start, end = node.start_mark.index, node.end_mark.index
    properties = re.compile(r"(?:[&!]\S*\s+)*").match(source.text, start) if node.style else None
    start = properties.end() if properties else start
    return (start + 1, end - 1) if node.style in ("'", '"') else (start, end)


@lru_cache(maxsize=8)
def named_values(source: Source) -> tuple[Named, ...]:
    """The values of keys, options and variables whose names say secret, in the order of the file."""
    if not may_hold_secrets(source):
        return ()
    known = scalars(source)
    found = [
        Named(name, one.value, one.start, one.end, one.path)
        for one in known.values()
        if (name := _name(one.path, known)) and is_credential_name(name)
    ]
    whole = [(one.start, one.end) for one in found]
    texts = [one for one in known.values() if (one.start, one.end) not in whole]
    found += [inner for one in texts for inner in assignments(source.text[one.start : one.end], one.start, one.path)]
    return tuple(sorted(found, key=lambda one: (one.start, -one.end)))


def _name(path: KeyPath, known: dict[KeyPath, Scalar]) -> str:
    """How a value is called: by its key, by the `name` beside it, or by the option before it in a list."""
    last = path[-1] if path else ""
    if isinstance(last, int):
        option = known.get((*path[:-1], last - 1))
        return option.value.lstrip("-") if option and re.fullmatch(r"--?[A-Za-z][\w.-]*", option.value) else ""
    if last in ("value", "Value"):
        beside = (known.get((*path[:-1], key)) for key in ("name", "Name", "key", "Key"))
        return next((one.value for one in beside if one), "value")
    return last


def assignments(text: str, offset: int = 0, path: KeyPath = ()) -> list[Named]:
    """`password=x`, `--token x` and the like inside a text; `offset` is where the text stands in its file."""
    found: dict[int, Named] = {}
    for name in _names(text):
        option = (OPTION_VALUE,) if text[name.start() - 1 : name.start()] == "-" else ()
        for shape in (*ASSIGNED, *option):
            if value := shape.match(text, name.end()):
                start, end = value.span("secret")
                loose = "mark" not in shape.groupindex
                found.setdefault(start, Named(name[0], value["secret"], offset + start, offset + end, path, loose))
    return list(found.values())


def _names(text: str) -> list[re.Match[str]]:
    if not _SECRET_NAME.search(text):
        return []
    return [match for match in NAME.finditer(text) if is_credential_name(match[0])]


def secret_spans(text: str) -> list[tuple[int, int]]:
    """Where the secrets of any text stand, by their shapes and by the names before them."""
    shapes = (TOKEN, AWS_SECRET) if _has_hint(text) else (AWS_SECRET,)
    found = [match.span() for pattern in shapes for match in pattern.finditer(text)]
    found += [(one.start, one.end) for one in assignments(text) if is_written_out(one.value)]
    passwords = [match for pattern in USER_INFO for match in pattern.finditer(text)] if "://" in text else []
    return found + [match.span("secret") for match in passwords if is_written_out(match["secret"])]


@lru_cache(maxsize=8)
def secret_spans_of(source: Source) -> tuple[tuple[int, int], ...]:
    """The same for a whole file, with all that its structure tells."""
    if not may_hold_secrets(source):
        return ()
    found = secret_spans(source.text)
    found += [(one.start, one.end) for one in named_values(source) if is_written_out(one.value)]
    if source.root is None:
        values = [value for name in _names(source.text) for value in _raw_values(source.text, name)]
        found += [value.span("secret") for value in values if is_written_out(value["secret"])]
    return tuple(found)


def _raw_values(text: str, name: re.Match[str]) -> Iterator[re.Match[str]]:
    """What may be the value of a name in a file that YAML cannot read; the deeper lines below it are."""
    line = text[text.rfind("\n", 0, name.start()) + 1 : name.start()]
    indent = len(line) - len(line.lstrip()) + 1
    block = rf"[\"']?[ \t]*:[ \t]*(?:[|>][-+\d]*)?[ \t]*\n(?P<secret>(?:[ \t]{{{indent},}}\S.*(?:\n|$))+)"
    first = () if line.strip(" \t-\"'") else (RAW_LINE, re.compile(block))
    for shape in (*RAW_VALUES, *first):
        if value := shape.match(text, name.end()):
            yield value
