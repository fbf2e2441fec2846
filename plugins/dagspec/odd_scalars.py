"""Plain scalars that YAML 1.1 reads as something else than people who write them mostly mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml
from msgspec import Struct

from dagspec.lazy import lazily
from dagspec.problem import KeyPath
from dagspec.source import Source

# a walk over all nodes costs more than one look at the text
_MAY_BE_ODD = lazily(r"[\s\[,:-](?:[-+]?0\d|[-+]?\d[\d_]*:[0-5]?\d|\d+\.\d*0\b|(?:yes|no|on|off)\b)", re.IGNORECASE)
_BASE_60 = re.compile(r"[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?")
_OCTAL = lazily(r"[-+]?0[0-7_]+")
_LOST_ZERO = lazily(r"\d+\.\d+0")
_VERSION_KEY = lazily(r"version|release|runtime|label", re.IGNORECASE)
_CODES = ("NO", "ON")  # Norway, Ontario: booleans are not written like that


class OddScalar(Struct, frozen=True):
    """One such scalar. value: what it is read as. spelling: how it is written."""

    path: KeyPath
    spelling: str
    value: Any


@lru_cache(maxsize=2)
def odd_scalars(source: Source) -> tuple[OddScalar, ...]:
    """All odd scalars of a file, each once however many aliases it has."""
    return tuple(_below(source.root, (), source.value, set())) if _MAY_BE_ODD.search(source.text) else ()


def _below(node: yaml.Node | None, path: KeyPath, value: Any, seen: set[int]) -> Iterator[OddScalar]:
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        if _is_odd(node, path, value):
            yield OddScalar(path, node.value, value)
        return
    for step, inner in _children(node):
        if isinstance(value, dict) and step in value:
            yield from _below(inner, (*path, step), value[step], seen)
        elif isinstance(value, list) and isinstance(step, int):
            yield from _below(inner, (*path, step), value[step], seen)
            if _is_word_among_texts(inner, value[step], value):
                yield OddScalar((*path, step), inner.value, value[step])


def _children(node: yaml.Node) -> list[tuple[str | int, yaml.Node]]:
    if isinstance(node, yaml.SequenceNode):
        return list(enumerate(node.value))
    return [(key.value, inner) for key, inner in node.value if isinstance(key, yaml.ScalarNode)]


def _is_odd(node: yaml.ScalarNode, path: KeyPath, value: Any) -> bool:
    if node.style or value is None or isinstance(value, str):
        return False
    if isinstance(value, bool):
        return node.value in _CODES
    if isinstance(value, float) and _LOST_ZERO.fullmatch(node.value):
        return bool(path) and _VERSION_KEY.search(str(path[-1])) is not None
    return _BASE_60.fullmatch(node.value) is not None or _OCTAL.fullmatch(node.value) is not None


def _is_word_among_texts(node: yaml.Node, value: Any, siblings: list[Any]) -> bool:
    """`[de, no, se]`: a boolean among texts is a text."""
    is_word = isinstance(value, bool) and node.value not in (*_CODES, "true", "false", "True", "False", "TRUE", "FALSE")
    return is_word and any(isinstance(other, str) for other in siblings)
