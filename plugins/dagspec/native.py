"""Tasks that name a provider operator by its dotted path: what may not stand there.

The operator's parameters come from the table of `native_catalog`; what that does not know passes.
"""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.native_arguments import Arguments, runs_code
from dagspec.native_catalog import native, native_catalog, provider_of
from dagspec.problem import Problem, closest, suggest
from dagspec.removed import removed_operator
from dagspec.rename import rename
from dagspec.shared import Config, Task


def native_problems(arguments: Config, task: Task) -> Iterator[Problem]:
    """An operator that its provider does not have, keys that would run code, and arguments that do not fit."""
    operator = arguments.get("operator")
    for key in arguments:
        if runs_code(key):
            message = f'"{key}" would run code when the DAG is loaded, which a spec may not'
            yield Problem("code-in-spec", message, task.place(key, key=True), "use a shared operator or a Spark job")
    if not isinstance(operator, str):
        return
    known = native(operator)
    if known is None:
        yield from _unknown_operator(operator, task)
        return
    yield from Arguments(operator, known, arguments, task).problems()


def _unknown_operator(path: str, task: Task) -> Iterator[Problem]:
    if removed := removed_operator(path, task):
        yield removed
        return
    provider = provider_of(path)
    if provider is None:
        return  # of a package that the table does not have
    package, version = provider
    module, _, name = path.rpartition(".")
    message = f'no operator "{name}" in {module} ({_distribution(package)} {version})'
    meant, help_ = _meant(module, name)
    fix = rename(task.place("operator"), path, meant) if meant else None
    place = task.source.place((*task.path, "operator"), needle=name)
    yield Problem("unknown-operator", message, place, help_, fix=fix)


def _meant(module: str, name: str) -> tuple[str, str]:
    """The path that must be meant, or "", and what to tell: the class elsewhere, or one of its neighbours."""
    known = [path for path in native_catalog().operators if "Base" not in path]
    for path in known:
        if path.rpartition(".")[2] == name:
            return path, f'did you mean "{path}"?'
    beside = [path.rpartition(".")[2] for path in known if path.rpartition(".")[0] == module]
    close = closest(name, beside)
    help_ = suggest(name, beside, f"{len(beside)} others are there") or "a task needs an operator or a sensor"
    return f"{module}.{close}" if close else "", help_


def _distribution(package: str) -> str:
    return "apache-" + package.replace(".", "-")
