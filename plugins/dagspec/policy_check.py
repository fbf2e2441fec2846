"""Does a spec keep the policy? Looks at what the tasks become, so that defaults count as well."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from dagspec.policy import PolicyRule
from dagspec.problem import KeyPath, Problem
from dagspec.spec import Pipeline
from dagspec.trigger import event_arguments

if TYPE_CHECKING:
    from dagspec.analysis import Analysis

NAME = "policy-violation"
_TYPE_KEYS = ("InstanceType", "node_type_id")
_COUNT_KEYS = ("InstanceCount", "num_workers")


def policy_problems(analysis: Analysis) -> Iterator[Problem]:
    """Every breach of every rule that holds for the spec."""
    policy = analysis.environment.policy
    for rule in policy.rules_for(analysis.source.name) if policy else ():
        yield from _Check(analysis, rule, policy.file if policy else "").run()


class _Check:
    """One rule against one spec."""

    def __init__(self, analysis: Analysis, rule: PolicyRule, file: str) -> None:
        self.analysis, self.rule, self.file = analysis, rule, file

    def run(self) -> Iterator[Problem]:
        yield from self._required()
        yield from self._forbidden()
        yield from self._values(("trigger", "s3_object"), event_arguments(self.analysis.spec))
        for name, expansion in self.analysis.expansions.items():
            yield from self._operator(name)
            for config in expansion.tasks.values():
                yield from self._values(("tasks", name), config)
                yield from self._cluster(name, config)

    def _required(self) -> Iterator[Problem]:
        spec = self.analysis.spec
        defaults = spec.get("default_args") or {}
        for key in self.rule.required:
            if key in spec or key in defaults:
                continue
            if key in Pipeline.__struct_fields__:
                yield self._breach((), f'the spec must set "{key}"')
                continue
            for name, entry in spec["tasks"].items():
                if key not in entry:
                    yield self._breach(("tasks", name), f'"{name}" must set "{key}"', 'or set it in "default_args"')

    def _forbidden(self) -> Iterator[Problem]:
        for text in self.rule.forbidden:
            for path, value in _texts(self.analysis.spec, ()):
                at = value.lower().find(text.lower())
                if at >= 0:
                    yield self._breach(path, f'"{text}" is forbidden', needle=value[at : at + len(text)])

    def _operator(self, name: str) -> Iterator[Problem]:
        operator = str(self.analysis.spec["tasks"][name]["operator"])
        if self.rule.operators is not None and not _matches(operator, self.rule.operators):
            allowed = ", ".join(self.rule.operators)
            yield self._breach(
                ("tasks", name, "operator"), f'operator "{operator}" is not allowed', f"allowed: {allowed}"
            )

    def _values(self, path: KeyPath, config: dict[str, Any]) -> Iterator[Problem]:
        for key, value in config.items():
            if not isinstance(value, str) or "{{" in value:
                continue
            if key.endswith("conn_id") and not _matches(value, self.rule.connections or ("*",)):
                allowed = ", ".join(self.rule.connections or ())
                yield self._breach((*path, key), f'connection "{value}" is not allowed', f"allowed: {allowed}")
            if key == "region_name" and value not in (self.rule.regions or (value,)):
                allowed = ", ".join(self.rule.regions or ())
                yield self._breach((*path, key), f'region "{value}" is not allowed', f"allowed: {allowed}")

    def _cluster(self, name: str, config: dict[str, Any]) -> Iterator[Problem]:
        groups = list(_instance_groups(config))
        total = sum(count for _, count in groups)
        if self.rule.max_instances is not None and total > self.rule.max_instances:
            message = f'"{name}" starts {total} instances; at most {self.rule.max_instances} are allowed'
            yield self._breach(("tasks", name), message)
        for kind in dict.fromkeys(kind for kind, _ in groups):
            family = kind.partition(".")[0]
            if self.rule.instance_families is not None and family not in self.rule.instance_families:
                allowed = ", ".join(self.rule.instance_families)
                yield self._breach(
                    ("tasks", name), f'instance type "{kind}" is not allowed', f"families: {allowed}", kind
                )

    def _breach(self, path: KeyPath, message: str, help_: str = "", needle: str = "") -> Problem:
        why = f'{self.file}, rule "{self.rule.name}"'
        part = "value" if needle or len(path) != 2 else "key"
        place = self.analysis.source.place(path, part, needle)  # type: ignore[arg-type]
        return Problem(NAME, message, place, f"{help_} ({why})" if help_ else why)


def _matches(value: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def _texts(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if isinstance(value, str):
        yield path, value
    for key, inner in items:
        yield from _texts(inner, (*path, key))


def _instance_groups(value: Any) -> Iterator[tuple[str, int]]:
    """Instance type and number of every group of instances in a task's arguments."""
    if isinstance(value, dict):
        kind = next((value[key] for key in _TYPE_KEYS if isinstance(value.get(key), str)), None)
        if kind is not None:
            counts = [value[key] for key in _COUNT_KEYS if isinstance(value.get(key), int)]
            driver = 1 if "num_workers" in value else 0
            yield kind, sum(counts) + driver if counts else 1
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    for one in inner:
        yield from _instance_groups(one)
