"""The arguments of a provider operator in a spec against the parameters that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from dagspec.expressions import has_reference
from dagspec.lazy import lazily
from dagspec.native_catalog import NativeOperator, Parameter, native, native_catalog
from dagspec.problem import KeyPath, Problem, closest, shown, suggest
from dagspec.rename import rename
from dagspec.schema import RENAMED
from dagspec.shared import Config, Task
from dagspec.spec import TaskDefaults, TaskKeys
from dagspec.templates import may_be_template

# dag-factory imports, executes or evaluates the values of these keys while the DAG is loaded
_CODE = lazily(
    r"python_callable.*|variables_as_arguments|.*_lambda|execution_date_fn.*|on_.*_callback.*|(response|success|failure)_check_(file|name)"
)
# dag-factory takes these at any task, beside the operator's own
_OF_DAG_FACTORY = {"expand", "partial", "variables_as_arguments", "task_id"}
# checked already, as keys of any task
_COMMON = {*TaskKeys.__struct_fields__, *TaskDefaults.__struct_fields__}
_WORDS = {"text": "a text", "number": "a number", "boolean": "true or false", "list": "a list", "mapping": "a mapping"}


def runs_code(key: str) -> bool:
    """Whether the value of this key would be run when the DAG is loaded."""
    return _CODE.fullmatch(key) is not None


class Arguments:
    """The arguments of one task against the parameters of its operator."""

    def __init__(self, operator: str, known: NativeOperator, arguments: Config, task: Task) -> None:
        self.name = operator.rpartition(".")[2]
        self.known, self.task = known, task
        self.own = _parameters(operator)
        self.arguments = arguments
        self.allowed = _allowed(operator)

    def problems(self) -> Iterator[Problem]:
        """Unknown keys, missing keys, wrong types."""
        unknown = list(self._unknown())
        for path, key in unknown:
            message = f'{self.name} has no argument "{key}"'
            renamed = RENAMED.get(key, "")
            meant = suggest(key, self.allowed, f"see the documentation of {self.name}")
            help_ = f'did you mean "{renamed}"?' if renamed in self.allowed else meant
            place = self.task.place(*path, key, key=True)
            right = renamed if renamed in self.allowed else closest(key, self.allowed)
            fix = rename(place, key, right) if right not in self.arguments else None
            yield Problem("unknown-key", message, place, help_, fix=fix)
        yield from self._missing([key for _, key in unknown])
        for path, key, value in self._given():
            yield from self._wrong_type(path, key, value)

    def _given(self) -> Iterator[tuple[KeyPath, str, Any]]:
        """Where an argument stands, its key and its value; those of `partial` as well."""
        for key, value in self.arguments.items():
            if key == "partial" and isinstance(value, dict):
                yield from ((("partial",), inner, one) for inner, one in value.items())
            else:
                yield (), key, value

    def _unknown(self) -> Iterator[tuple[KeyPath, str]]:
        if not self.known.complete:
            return
        expanded = self.arguments.get("expand")
        names = [(path, key) for path, key, _ in self._given()]
        names += [(("expand",), key) for key in expanded] if isinstance(expanded, dict) else []
        for path, key in names:
            if key not in self.allowed and not key.startswith("x-") and not runs_code(key):
                yield path, key

    def _missing(self, unknown: list[str]) -> Iterator[Problem]:
        if "variables_as_arguments" in self.arguments:
            return
        expanded = self.arguments.get("expand")
        given = {key for _, key, _ in self._given()} | set(expanded if isinstance(expanded, dict) else ())
        for key, parameter in self.known.parameters.items():
            # code is refused anyway, and a mistyped key is the missing one: one cause, one problem
            mistyped = any(suggest(wrong, self.allowed).startswith(f'did you mean "{key}"') for wrong in unknown)
            if parameter.required and key not in given and not mistyped and not runs_code(key):
                message = f'"{self.task.id}" needs "{key}" ({self.name})'
                yield Problem("missing-key", message, self.task.place(key=True))

    def _wrong_type(self, path: KeyPath, key: str, value: Any) -> Iterator[Problem]:
        parameter = self.own.get(key)
        if parameter is None or key in _COMMON or _fits(value, parameter):
            return
        message = f'"{key}" must be {_expected(parameter)}, got {shown(value)}'
        yield Problem("wrong-type", message, self.task.place(*path, key), _meant_value(value, parameter))


@cache
def _parameters(operator: str) -> dict[str, Parameter]:
    known = native(operator)
    return native_catalog().base | (known.parameters if known else {})


@cache
def _allowed(operator: str) -> frozenset[str]:
    return frozenset((*_parameters(operator), *_COMMON, *_OF_DAG_FACTORY))


def _meant_value(value: Any, parameter: Parameter) -> str:
    if value in ("true", "false") and "boolean" in parameter.types:
        return f"write {value} without quotes: a text counts as true"
    help_ = suggest(str(value), [str(choice) for choice in parameter.choices])
    return help_ if help_.startswith("did") else ""


def _fits(value: Any, parameter: Parameter) -> bool:
    """Whether a value is not plainly wrong: a template or a reference may become anything."""
    if value is None or has_reference(value) or (isinstance(value, str) and may_be_template(value)):
        return True
    if parameter.choices:
        return value in parameter.choices
    return not parameter.types or any(_is(value, kind) for kind in parameter.types)


def _is(value: Any, kind: str) -> bool:
    if kind == "text":  # a number where text is meant works nearly everywhere
        return isinstance(value, (str, int, float)) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, {"boolean": bool, "list": list, "mapping": dict}[kind])


def _expected(parameter: Parameter) -> str:
    if parameter.choices:
        return "one of " + ", ".join(str(choice) for choice in parameter.choices)
    return " or ".join(_WORDS[kind] for kind in parameter.types)
