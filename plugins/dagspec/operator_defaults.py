"""`operator_defaults` of an environment: are these operators, and do they take these options?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from dagspec.catalog import NATIVE_PREFIX, catalog, is_native, shared_operator
from dagspec.native_arguments import runs_code
from dagspec.native_catalog import native, native_catalog, provider_of
from dagspec.problem import KeyPath, Place, Problem, closest, suggest
from dagspec.rename import rename
from dagspec.schema import RENAMED, check
from dagspec.shared import SharedOperator
from dagspec.source import Source
from dagspec.spec import Keys, TaskDefaults, TaskKeys

# they say which task it is and where it stands, so no two tasks share them
_OF_ONE_TASK = ("operator", "dependencies", "task_group_name")


def default_problems(defaults: dict[str, dict[str, Any]], source: Source, path: KeyPath) -> Iterator[Problem]:
    """Operators that there are not, and options that theirs does not take. path: where the defaults stand."""
    for name, options in defaults.items():
        place = (*path, name)
        if name.startswith("x-"):  # it only holds an anchor
            continue
        yield from _of_one_task(options, source, place)
        own = {key: value for key, value in options.items() if key not in _OF_ONE_TASK and not key.startswith("x-")}
        if is_native(name):
            yield from _native(name, own, source, place)
        elif kind := shared_operator(name):
            yield from _shared(kind, own, source, place)
        else:
            yield _unknown_operator(name, source.place(place, "key"))


def _of_one_task(options: dict[str, Any], source: Source, path: KeyPath) -> Iterator[Problem]:
    for key in _OF_ONE_TASK:
        if key in options:
            place = source.place((*path, key), "key")
            yield Problem("unknown-key", f'"{key}" has no default', place, "it is a matter of each task")


def _unknown_operator(name: str, place: Place) -> Problem:
    message = f'unknown operator "{name}"'
    if "." in name and name.rpartition(".")[2][:1].isupper():
        return Problem("unknown-operator", message, place, f'dotted paths begin with "{NATIVE_PREFIX}"')
    help_ = suggest(name, catalog(), "run `dagspec operators` for all of them")
    return Problem("unknown-operator", message, place, help_, fix=rename(place, name, closest(name, catalog())))


def _shared(kind: type[SharedOperator], options: dict[str, Any], source: Source, path: KeyPath) -> Iterator[Problem]:
    try:
        msgspec.convert(options, _optional(kind))
    except msgspec.ValidationError:  # the schema says it better, and takes far longer to ask
        problems = check(options, (kind, TaskKeys, TaskDefaults), source, path)
        yield from (problem for problem in problems if problem.rule != "missing-key")


@cache
def _optional(kind: type[SharedOperator]) -> type[msgspec.Struct]:
    """The keys of a task with this operator, none of them required."""
    fields = {one.name: one.type for part in (TaskDefaults, TaskKeys, kind) for one in msgspec.structs.fields(part)}
    optional = [(name, type_ | UnsetType, UNSET) for name, type_ in fields.items()]
    return msgspec.defstruct(kind.__name__, optional, bases=(Keys,), kw_only=True)


def _native(name: str, options: dict[str, Any], source: Source, path: KeyPath) -> Iterator[Problem]:
    known = native(name)
    if known is None:
        yield from _unknown_native(name, source.place(path, "key"))
        return
    allowed = {*known.parameters, *native_catalog().base, *TaskKeys.__struct_fields__, *TaskDefaults.__struct_fields__}
    for key in options if known.complete else ():
        # code is refused where a task has it
        if key not in allowed and not runs_code(key):
            yield _unknown_argument(name.rpartition(".")[2], key, allowed, source.place((*path, key), "key"))


def _unknown_argument(operator: str, key: str, allowed: set[str], place: Place) -> Problem:
    renamed = RENAMED.get(key, "")
    right = renamed if renamed in allowed else closest(key, allowed)
    help_ = suggest(key, allowed, f"see the documentation of {operator}")
    if right:
        help_ = f'did you mean "{right}"?'
    message = f'{operator} has no argument "{key}"'
    return Problem("unknown-key", message, place, help_, fix=rename(place, key, right))


def _unknown_native(name: str, place: Place) -> Iterator[Problem]:
    provider = provider_of(name)
    if provider:  # else it is of a package that the table does not have
        package, version = provider
        right = closest(name, native_catalog().operators)
        help_ = f'did you mean "{right}"?' if right else ""
        message = f'no operator "{name}" in {package} {version}'
        yield Problem("unknown-operator", message, place, help_, fix=rename(place, name, right))
