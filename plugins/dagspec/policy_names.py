"""Names in a policy that nothing has: such a rule would forbid everything, or nothing, without saying so."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.catalog import catalog, is_native
from dagspec.native_catalog import native, native_catalog, provider_of
from dagspec.policy import PolicyRule
from dagspec.problem import Problem, closest, suggest
from dagspec.rename import rename
from dagspec.source import Source
from dagspec.spec import Pipeline, TaskDefaults, TaskKeys

_WILD = "*?["


def name_problems(rules: tuple[PolicyRule, ...], source: Source) -> Iterator[Problem]:
    """The mistyped names in `operators` and `required`. rules: what `source` holds."""
    for number, rule in enumerate(rules):
        for index, pattern in enumerate(rule.operators or ()):
            if not any(sign in pattern for sign in _WILD) and not _is_operator(pattern):
                known = [*catalog(), *native_catalog().operators]
                message = f'no operator "{pattern}"'
                yield _problem("unknown-operator", message, source, (number, "operators", index), pattern, known)
        for index, key in enumerate(rule.required):
            if key not in _common_keys() and not _is_argument(key):
                message = f'no spec and no operator takes a key "{key}"'
                yield _problem("unknown-key", message, source, (number, "required", index), key, _common_keys())


def _problem(
    rule: str, message: str, source: Source, path: tuple[int, str, int], name: str, known: list[str]
) -> Problem:
    place = source.place(("rules", *path))
    return Problem(rule, message, place, suggest(name, known), fix=rename(place, name, closest(name, known)))


def _is_operator(name: str) -> bool:
    # packages that the table does not have may hold any operator
    return name in catalog() or native(name) is not None or (is_native(name) and provider_of(name) is None)


def _common_keys() -> list[str]:
    parts = (Pipeline, TaskKeys, TaskDefaults)
    return sorted({key for part in parts for key in part.__struct_fields__})


def _is_argument(key: str) -> bool:
    shared = any(key in kind.__struct_fields__ for kind in catalog().values())
    return shared or key in native_catalog().base or _is_native_argument(key)


def _is_native_argument(key: str) -> bool:
    written = f'"{key}":'.encode()  # looked for in the table's JSON: to decode 400 operators takes far longer
    return any(written in bytes(operator) for operator in native_catalog().operators.values())
