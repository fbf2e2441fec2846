"""`dag_specs/environments.yaml`: named values for each place that the pipelines run in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dagspec.problem import Problem, SpecError, shown, suggest
from dagspec.source import Source

if TYPE_CHECKING:
    from dagspec.policy import Policy

FILE_NAME = "environments.yaml"
DEFAULT = "local"


@dataclass(frozen=True, slots=True)
class Environment:
    """The values of one environment.

    operator_defaults: for each operator, arguments that a task may leave out.
    siblings: the value names of all environments of the file, this one among them.
    policy: what the platform team allows, in every environment.
    """

    name: str
    source: Source
    values: dict[str, Any]
    operator_defaults: dict[str, dict[str, Any]] = field(default_factory=dict)
    siblings: dict[str, set[str]] = field(default_factory=dict)
    policy: Policy | None = None

    def lacking(self, value: str) -> list[str]:
        """The environments that have no value of that name."""
        return [name for name, values in self.siblings.items() if value not in values]


def load_environments(source: Source) -> dict[str, Environment]:
    """All environments of a file, by name. Raises SpecError when it is missing or wrong."""
    problems = source.problems or list(_problems(source))
    if problems:
        raise SpecError(problems)
    named = {key: values for key, values in source.value.items() if not key.startswith("x-")}
    if not named:
        raise SpecError([Problem("wrong-type", "the file holds no environment", source.place())])
    siblings = {key: set(values) - {"operator_defaults"} for key, values in named.items()}
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
    return Environment(name, source, values, values.pop("operator_defaults", {}), siblings)


def _problems(source: Source) -> list[Problem]:
    if not isinstance(source.value, dict) or not source.value:
        return [Problem("wrong-type", "the file must map the names of environments to values", source.place())]
    problems = []
    for name, values in source.value.items():
        if not isinstance(values, dict):
            message = f'environment "{name}" must be a mapping of names to values, got {shown(values)}'
            problems.append(Problem("wrong-type", message, source.place((name,))))
        elif not isinstance(values.get("code_uri", ""), str):
            message = '"code_uri" must be an s3:// path'
            problems.append(Problem("wrong-type", message, source.place((name, "code_uri"))))
        elif not _are_mappings(values.get("operator_defaults", {})):
            message = '"operator_defaults" must map operators to their arguments'
            problems.append(Problem("wrong-type", message, source.place((name, "operator_defaults"))))
    return problems


def _are_mappings(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(inner, dict) for inner in value.values())
