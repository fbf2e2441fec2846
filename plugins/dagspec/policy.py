"""`dag_specs/policy.yaml`: what a platform team allows; checked by lint and by the loader with the same messages."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Annotated

import msgspec
from msgspec import Meta

from dagspec.kinds import NonEmpty, Positive
from dagspec.problem import Problem, SpecError
from dagspec.schema import check
from dagspec.source import Source
from dagspec.spec import Keys

FILE_NAME = "policy.yaml"


class PolicyRule(Keys, frozen=True):
    """One rule. What it does not mention it allows."""

    name: Annotated[NonEmpty, Meta(description="How messages call it.")]
    specs: Annotated[
        tuple[NonEmpty, ...], Meta(description="Patterns of paths below dag_specs/ that it holds for; default: all.")
    ] = ("*",)
    operators: Annotated[tuple[NonEmpty, ...] | None, Meta(description="Patterns of the operators allowed.")] = None
    connections: Annotated[tuple[NonEmpty, ...] | None, Meta(description="Patterns of connection ids allowed.")] = None
    required: Annotated[
        tuple[NonEmpty, ...],
        Meta(description="Keys that must be set: of the spec (owner, tags), or of every task (retries)."),
    ] = ()
    max_instances: Annotated[Positive | None, Meta(description="Most instances of one cluster.")] = None
    instance_families: Annotated[
        tuple[NonEmpty, ...] | None, Meta(description="Instance families allowed, e.g. m5.")
    ] = None
    regions: Annotated[tuple[NonEmpty, ...] | None, Meta(description="AWS regions allowed.")] = None
    forbidden: Annotated[tuple[NonEmpty, ...], Meta(description="Texts that may stand nowhere in a spec.")] = ()

    def holds_for(self, spec: str) -> bool:
        """Whether it is about this spec, named by its path from the repository."""
        inside = str(PurePosixPath(*PurePosixPath(spec).parts[1:]))
        return any(fnmatchcase(inside, pattern) for pattern in self.specs)


class PolicyFile(Keys, frozen=True):
    """The whole file."""

    rules: tuple[PolicyRule, ...]


class Policy(msgspec.Struct, frozen=True):
    """The rules, and the file they are from."""

    rules: tuple[PolicyRule, ...] = ()
    file: str = ""

    def rules_for(self, spec: str) -> list[PolicyRule]:
        """The rules that hold for a spec; all of them must be kept."""
        return [rule for rule in self.rules if rule.holds_for(spec)]


def load_policy(source: Source) -> Policy:
    """The policy of a file. Raises SpecError when the file is wrong."""
    from dagspec.policy_names import name_problems  # it knows all operators, and this module's rules

    problems = list(source.problems)
    if not problems and not isinstance(source.value, dict):
        message = 'a policy must be a mapping with the key "rules"'
        problems = [Problem("wrong-type", message, source.place())]
    problems = problems or check(source.value, (PolicyFile,), source, ())
    if problems:
        raise SpecError(problems)
    rules = msgspec.convert(source.value, PolicyFile).rules
    if wrong := list(name_problems(rules, source)):
        raise SpecError(wrong)
    return Policy(rules, source.name)
