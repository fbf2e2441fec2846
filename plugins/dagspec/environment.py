"""`dag_specs/environments.yaml`: named values for each place that the pipelines run in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dagspec.environment_check import DEFAULTS, environment_problems
from dagspec.problem import Problem, SpecError, suggest
from dagspec.source import Source

if TYPE_CHECKING:
    from dagspec.policy import Policy

FILE_NAME = "environments.yaml"
DEFAULT = "local"


class Environment(Struct, frozen=True):
    """The values of one environment.

    operator_defaults: for each operator, arguments that a task may leave out.
    siblings: the value names of all environments of the file, this one among them.
    policy: what the platform team allows, in every environment.
    """

    name: str
    source: Source
    values: dict[str, Any]
    operator_defaults: dict[str, dict[str, Any]] = {}
    siblings: dict[str, set[str]] = {}
    policy: Policy | None = None

    def lacking(self, value: str) -> list[str]:
        """The environments that have no value of that name."""
        return [name for name, values in self.siblings.items() if value not in values]


def load_environments(source: Source) -> dict[str, Environment]:
    """All environments of a file, by name. Raises SpecError when it is missing or wrong."""
    problems = source.problems or environment_problems(source)
    if problems:
        raise SpecError(problems)
    named = {key: values for key, values in source.value.items() if not key.startswith("x-")}
    if not named:
        raise SpecError([Problem("wrong-type", "the file holds no environment", source.place())])
    siblings = {key: set(values) - {DEFAULTS} for key, values in named.items()}
    return {key: _environment(key, source, siblings) for key in named}


def pick(environments: dict[str, Environment], name: str) -> Environment:
    """The environment of that name; SpecError with the names there are when it is unknown."""
    if name in environments:
        return environments[name]
    source = next(iter(environments.values())).source
    message = f'no environment "{name}"'
    raise SpecError([Problem("unknown-environment", message, source.place(), suggest(name, environments))])


def _environment(name: str, source: Source, siblings: dict[str, set[str]]) -> Environment:
    values = dict(source.value[name])
    return Environment(name, source, values, values.pop(DEFAULTS, {}), siblings)
