"""What a JSON Schema refuses → problems in the author's words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from dagspec.expressions import has_reference
from dagspec.problem import KeyPath, Place, Problem, closest, shown, suggest
from dagspec.rename import rename
from dagspec.schema import ANCHORS, REMOVED, RENAMED, RENAMED_VALUES, schema_of
from dagspec.spec import TaskDefaults

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

    from dagspec.source import Source


@cache
def _strict(kind: Any) -> Any:
    """A validator for which 5.0 is no whole number: what takes the values behind it thinks so too."""
    from jsonschema.validators import extend

    whole = kind.TYPE_CHECKER.redefine("integer", lambda _, one: isinstance(one, int) and not isinstance(one, bool))
    return extend(kind, type_checker=whole)


@cache
def _validator(types: tuple[type, ...], open_: bool) -> Validator:
    from jsonschema import Draft202012Validator

    schema = dict(schema_of(*types))
    if open_:
        schema["additionalProperties"] = True
    else:
        schema["patternProperties"] = {ANCHORS: True}
    return _strict(Draft202012Validator)(schema)


def problems_of(value: Any, types: tuple[type, ...], source: Source, path: KeyPath, open_: bool) -> list[Problem]:
    """What the schema of `types` refuses in a value that stands at `path`; see `schema.check`."""
    problems: list[Problem] = []
    for error in _validator(types, open_).iter_errors(value):
        problems += _problems_of(error, source, path)
    return problems


def _problems_of(error: ValidationError, source: Source, base: KeyPath) -> Iterator[Problem]:
    path = (*base, *error.absolute_path)
    if error.validator == "additionalProperties":
        yield from _unknown_keys(error, source, path)
    elif error.validator == "required":
        yield from _missing_keys(error, source, path)
    elif deeper := _deeper(error):
        for inner in deeper:
            yield from _problems_of(inner, source, base)
    elif not has_reference(error.instance):  # else it is reported already
        yield Problem("wrong-type", _wrong_type(error, path), source.place(path), _meant(error, path))


def _meant(error: ValidationError, path: KeyPath) -> str:
    renamed = RENAMED_VALUES.get(str(path[-1]) if path else "", {})
    if isinstance(error.instance, str) and error.instance in renamed:
        return f'Airflow has removed "{error.instance}": use "{renamed[error.instance]}"'
    allowed = error.validator_value if error.validator == "enum" else []
    help_ = suggest(str(error.instance), [str(value) for value in allowed])
    return help_ if help_.startswith("did") else ""


def _unknown_keys(error: ValidationError, source: Source, path: KeyPath) -> Iterator[Problem]:
    known = set(error.schema["properties"])
    for key in error.instance:
        if key in known or key.startswith("x-"):
            continue
        place = source.place((*path, key), "key")
        if key in REMOVED:
            yield Problem("unknown-key", f'unknown key "{key}"', place, REMOVED[key])
            continue
        renamed = RENAMED.get(key, "")
        help_ = f'did you mean "{renamed}"?' if renamed in known else _place_for(key, path, known)
        meant = renamed if renamed in known else closest(key, known)
        fix = rename(place, key, meant) if meant not in error.instance else None
        yield Problem("unknown-key", f'unknown key "{key}"', place, help_, fix=fix)


def _place_for(key: str, path: KeyPath, known: set[str]) -> str:
    if "default_args" in known and key in TaskDefaults.__struct_fields__:
        return 'it belongs to a task, or under "default_args" for all of them'
    return suggest(key, known, _where(path))


def _where(path: KeyPath) -> str:
    return "run `dagspec operators NAME` to list an operator's" if path[:1] == ("tasks",) else "see docs/spec.md"


def _missing_keys(error: ValidationError, source: Source, path: KeyPath) -> Iterator[Problem]:
    known = set(error.schema["properties"])
    for key in error.validator_value:
        if key in error.instance or error.message != f"{key!r} is a required property":
            continue
        if mistyped := _mistyped(key, set(error.instance) - known, known):
            # one cause, one problem: a closed mapping reports unknown keys anyway
            if error.schema["additionalProperties"]:
                yield _unknown_key(mistyped, key, source.place((*path, mistyped), "key"))
            continue
        meaning = error.schema["properties"][key].get("description", "")
        yield Problem("missing-key", f'{_named(path)} needs "{key}"', source.place(path, "key"), meaning)


def _mistyped(key: str, others: set[str], known: set[str]) -> str:
    """The unknown key that is meant to be `key`; "" when there is none."""
    meant = (other for other in sorted(others) if suggest(other, known).startswith(f'did you mean "{key}"'))
    return next(meant, "")


def _unknown_key(key: str, right: str, place: Place) -> Problem:
    help_ = f'did you mean "{right}"?'
    return Problem("unknown-key", f'unknown key "{key}"', place, help_, fix=rename(place, key, right))


def _deeper(error: ValidationError) -> list[ValidationError]:
    """The errors inside the one alternative of a union that the author meant, if that can be told."""
    kind = "object" if isinstance(error.instance, dict) else "array" if isinstance(error.instance, list) else ""
    if error.validator != "anyOf" or not kind:
        return []
    for index, option in enumerate(error.validator_value):
        if kind == option.get("type", "object" if "$ref" in option else ""):
            return [inner for inner in error.context or [] if inner.schema_path[0] == index]
    return []


def _wrong_type(error: ValidationError, path: KeyPath) -> str:
    got = shown(error.instance)
    return f"{_named(path)} must be {expected(error.schema)}, got {_counted(error.instance) or got}"


def _counted(value: Any) -> str:
    return (
        {"": "an empty text"}.get(value, "") if isinstance(value, str) else "an empty one" if value in ([], {}) else ""
    )


def expected(schema: dict[str, Any]) -> str:
    """What a schema takes, in words."""
    if "x-expected" in schema:
        return str(schema["x-expected"])
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(expected(option) for option in schema["anyOf"]))
    names = {"string": "a text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
    more = {"array": "a list", "object": "a mapping", "null": "null"}
    kind = str(schema.get("type", "object"))
    words = (names | more).get(kind, kind)
    if kind == "array" and "items" in schema:
        words += f" (each {expected(schema['items'])})"
    if "minimum" in schema or "maximum" in schema:
        words += f" ({schema.get('minimum', '…')} to {schema.get('maximum', '…')})"
    return words


def _named(path: KeyPath) -> str:
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f'"{path[-2]}[{path[-1]}]"' if len(path) > 1 else f"item {path[-1]}"
    return f'"{path[-1]}"'
