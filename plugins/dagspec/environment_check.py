"""What is wrong in `environments.yaml`: types, references, mistyped names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from dagspec.problem import SURE, KeyPath, Problem, shown
from dagspec.rename import rename
from dagspec.source import Source

DEFAULTS = "operator_defaults"
_BUCKET = re.compile(r"s3://[^/\s]")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


def _is_uri(value: Any) -> bool:
    return isinstance(value, str) and _BUCKET.match(value) is not None


def _is_region(value: Any) -> bool:
    return isinstance(value, str) and _REGION.fullmatch(value) is not None


def _are_mappings(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(inner, dict) for inner in value.values())


# the values that dagspec itself reads → what each must look like: every other name is the team's own
RESERVED: dict[str, Callable[[Any], bool]] = {
    "code_uri": _is_uri,
    "aws_region": _is_region,
    DEFAULTS: _are_mappings,
}
_EXPECTED = {
    "code_uri": "an s3:// path",
    "aws_region": "the name of an AWS region, such as us-east-1",
    DEFAULTS: "a mapping of operators to their arguments",
}


def environment_problems(source: Source) -> list[Problem]:
    """All that is wrong in the file; what an anchor brings into several environments is told once."""
    if not isinstance(source.value, dict) or not source.value:
        return [Problem("wrong-type", "the file must map the names of environments to values", source.place())]
    found: dict[tuple[object, ...], Problem] = {}
    for name, values in source.value.items():
        if not name.startswith("x-"):  # it only holds an anchor
            for problem in _of_environment(name, values, source):
                found.setdefault(problem.sort_key, problem)
    return list(found.values())


def _of_environment(name: str, values: Any, source: Source) -> Iterator[Problem]:
    if name in RESERVED:
        message = f'"{name}" must stand in an environment, not beside them'
        yield Problem("wrong-type", message, source.place((name,), "key"))
    elif not isinstance(values, dict):
        message = f'environment "{name}" must be a mapping of names to values, got {shown(values)}'
        yield Problem("wrong-type", message, source.place((name,)))
    else:
        yield from _references(values, source, (name,))
        yield from _mistyped(name, values, source)
        yield from _reserved(name, values, source)


def _references(value: Any, source: Source, path: KeyPath) -> Iterator[Problem]:
    from dagspec.expressions import REFERENCE

    if isinstance(value, (dict, list)):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for step, one in inner:
            yield from _references(one, source, (*path, step))
    elif isinstance(value, str) and (found := REFERENCE.search(value)):
        message = f"{found[0]} is replaced in specs only, not in {source.name}"
        yield Problem("wrong-reference", message, source.place(path, needle=found[0]), "write the value out")


def _mistyped(name: str, values: dict[str, Any], source: Source) -> Iterator[Problem]:
    """Names that must be meant for a reserved one, which is not set: they look alike and so do their values."""
    for key, value in values.items():
        meant = (right for right in RESERVED if right not in values and _alike(key, right) and RESERVED[right](value))
        for right in meant:
            place = source.place((name, key), "key")
            help_, fix = f'did you mean "{right}"?', rename(place, key, right)
            yield Problem("unknown-key", f'unknown key "{key}"', place, help_, fix=fix)


def _alike(key: str, right: str) -> bool:
    # "aws_region_of_backups" is a name of its own
    from difflib import SequenceMatcher

    return not key.startswith(f"{right}_") and SequenceMatcher(None, key, right).ratio() > SURE


def _reserved(name: str, values: dict[str, Any], source: Source) -> Iterator[Problem]:
    for key, fits in RESERVED.items():
        if key in values and not fits(values[key]):
            message = f'"{key}" must be {_EXPECTED[key]}, got {shown(values[key])}'
            yield Problem("wrong-type", message, source.place((name, key)))
        elif key == DEFAULTS and values.get(key):
            from dagspec.operator_defaults import default_problems  # knows all operators: only where it is needed

            yield from default_problems(values[key], source, (name, key))
