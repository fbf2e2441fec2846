"""Name → shared operator: everything under `operators/`, found once."""

from __future__ import annotations

import pkgutil
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path

from dagspec import operators
from dagspec.lazy import lazily
from dagspec.problem import Problem, closest, suggest
from dagspec.removed import removed_operator
from dagspec.rename import rename
from dagspec.schema import schema_of
from dagspec.shared import SharedOperator, Task
from dagspec.spec import TaskDefaults, TaskKeys

# a dotted path is imported when the DAG is loaded: only provider packages may be, never a module of the pull request
NATIVE_PREFIX = "airflow.providers."
_MODULE = lazily(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


@cache
def catalog() -> dict[str, type[SharedOperator]]:
    """All shared operators by their short name."""
    for module in pkgutil.walk_packages(operators.__path__, operators.__name__ + "."):
        import_module(module.name)
    return {kind.name: kind for kind in sorted(_below(SharedOperator), key=lambda kind: kind.name) if kind.name}


@cache
def shared_operator(name: str) -> type[SharedOperator] | None:
    """The shared operator of that name; None when there is none.

    Its module is mostly called the same, so the others need not be imported to find it.
    """
    if _MODULE.fullmatch(name):
        with suppress(ModuleNotFoundError):
            import_module(f"{operators.__name__}.{name}")
    found = (kind for kind in _below(SharedOperator) if kind.name == name)
    return next(found, None) or catalog().get(name)


def _below(kind: type[SharedOperator]) -> set[type[SharedOperator]]:
    direct = set(kind.__subclasses__())
    return direct.union(*(_below(child) for child in direct))


def is_native(operator: str) -> bool:
    """Whether an `operator:` is the dotted path of a provider operator."""
    return operator.startswith(NATIVE_PREFIX)


def unknown_operator(operator: str, task: Task) -> Problem:
    """The problem of an `operator:` that is neither in the catalogue nor a provider's."""
    if removed := removed_operator(operator, task):
        return removed
    place = task.place("operator")
    if "." in operator and operator.rpartition(".")[2][:1].isupper():
        message = f'operator "{operator}" is not of a provider package'
        return Problem("unknown-operator", message, place, f'dotted paths begin with "{NATIVE_PREFIX}"')
    help_ = suggest(operator, catalog(), "run `dagspec operators` for all of them")
    fix = rename(place, operator, closest(operator, catalog()))
    return Problem("unknown-operator", f'unknown operator "{operator}"', place, help_, fix=fix)


def example(kind: type[SharedOperator]) -> str:
    """The example spec of an operator, as YAML."""
    from importlib.resources import files  # slow to import, and not for lint

    package, _, module = kind.__module__.rpartition(".")
    return Path(str(files(package) / f"{module}.yaml")).read_text(encoding="utf-8")


def operator_schema(kind: type[SharedOperator]) -> dict[str, object]:
    """The JSON Schema of a task that uses this operator."""
    return schema_of(kind, TaskKeys, TaskDefaults)
