"""What may stand at a key path of a spec: the same schemas that check it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from dagspec.catalog import catalog, is_native
from dagspec.native_arguments import runs_code
from dagspec.native_catalog import Parameter, native, native_catalog
from dagspec.policy import PolicyFile
from dagspec.problem import KeyPath
from dagspec.schema import schema_of
from dagspec.spec import Pipeline, TaskDefaults, TaskKeys

OperatorOf = Callable[[str], str]
_TYPES = {"text": "string", "number": "number", "boolean": "boolean", "list": "array", "mapping": "object"}


@dataclass(frozen=True, slots=True)
class Shape:
    """One part of a JSON Schema; `definitions` are what its references name."""

    schema: dict[str, Any]
    definitions: dict[str, Any]

    @classmethod
    def of(cls, schema: dict[str, Any]) -> Shape:
        """A whole schema."""
        return cls(schema, schema.get("$defs", {}))

    def alternatives(self) -> Iterator[dict[str, Any]]:
        """The schema itself, or what it is a choice of, references followed."""
        for option in self.schema.get("anyOf", [self.schema]):
            name = option.get("$ref", "").rpartition("/")[2]
            yield self.definitions[name] if name else option

    def child(self, step: str | int) -> Shape | None:
        """What stands below a key or at a place of a list."""
        for option in self.alternatives():
            if isinstance(step, str):
                found = option.get("properties", {}).get(step, option.get("additionalProperties"))
            else:
                found = option.get("items")
            if isinstance(found, dict):
                return Shape(found, self.definitions)
        return None

    def below(self, path: KeyPath) -> Shape | None:
        """What stands at a path below."""
        shape: Shape | None = self
        for step in path:
            shape = shape.child(step) if shape else None
        return shape

    def keys(self) -> dict[str, Shape]:
        """The keys that a mapping may have."""
        return {
            key: Shape(inner, self.definitions)
            for option in self.alternatives()
            for key, inner in option.get("properties", {}).items()
        }

    def required(self) -> set[str]:
        """The keys that a mapping must have."""
        return {key for option in self.alternatives() for key in option.get("required", [])}

    def choices(self) -> list[Any]:
        """The values to choose from; empty when they cannot be listed."""
        found: list[Any] = []
        for option in self.alternatives():
            found += option.get("enum", [])
            found += [True, False] if option.get("type") == "boolean" else []
        return found

    @property
    def is_file(self) -> bool:
        """Whether it is a path of the repository."""
        return any(option.get("x-file") for option in (self.schema, *self.alternatives()))


def shape_at(path: KeyPath, operator_of: OperatorOf) -> Shape | None:
    """What may stand at a path of a spec. operator_of: the operator of a task, "" when it has none yet."""
    if len(path) >= 2 and path[0] == "tasks":
        return task_shape(operator_of(str(path[1]))).below(path[2:])
    return Shape.of(schema_of(Pipeline)).below(path)


def default_shape_at(path: KeyPath) -> Shape | None:
    """What may stand at a path of `environments.yaml`."""
    if len(path) < 3 or path[1] != "operator_defaults":
        return None
    kind = catalog().get(str(path[2]))
    return Shape.of(schema_of(kind)).below(path[3:]) if kind else None


def policy_shape_at(path: KeyPath) -> Shape | None:
    """What may stand at a path of `policy.yaml`."""
    return Shape.of(schema_of(PolicyFile)).below(path)


@cache
def task_shape(operator: str) -> Shape:
    """What a task with this operator may hold."""
    kind = catalog().get(operator)
    if kind:
        return Shape.of(schema_of(kind, TaskKeys, TaskDefaults))
    common = Shape.of(schema_of(TaskKeys, TaskDefaults))
    return _native_shape(operator, common) if is_native(operator) else common


def _native_shape(operator: str, common: Shape) -> Shape:
    known = native(operator)
    parameters = dict(known.parameters) if known else {}
    parameters |= {name: one for name, one in native_catalog().base.items() if name not in parameters}
    own = {name: _schema(parameter) for name, parameter in parameters.items() if not runs_code(name)}
    required = [name for name in own if parameters[name].required]
    schema = common.schema | {
        "properties": own | common.schema["properties"],
        "required": required + common.schema["required"],
    }
    return Shape(schema, common.definitions)


def _schema(parameter: Parameter) -> dict[str, Any]:
    if parameter.choices:
        return {"enum": list(parameter.choices)}
    types = [{"type": _TYPES[kind]} for kind in parameter.types]
    return types[0] if len(types) == 1 else {"anyOf": types} if types else {"x-expected": "any value"}
