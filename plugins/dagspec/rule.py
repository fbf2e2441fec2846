"""What a rule is. One rule is one file under `rules/`: a class whose docstring is its documentation.

The docstring: a summary line, a paragraph that begins with `Why:`, and two YAML blocks `Bad:` and `Good:`. A test runs
them: the bad one gives exactly this rule, the good one gives nothing.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import ClassVar, Literal

from msgspec import Struct

from dagspec import rules
from dagspec.problem import Fix, Place, Problem, Related, Severity
from dagspec.source import Source
from dagspec.view import PipelineView


class Rule:
    """Base of all rules. Its name is the class's in kebab-case, and names the bad pattern.

    fixable: whether its findings carry a fix. stops_loading: the compiler reports it, so nobody can ignore it.
    runnable: whether one spec can show it; the examples of the others are read by people only.
    """

    severity: ClassVar[Severity] = "error"
    tags: ClassVar[tuple[str, ...]] = ()
    fixable: ClassVar[Literal["", "safe", "unsafe"]] = ""
    stops_loading: ClassVar[bool] = False
    runnable: ClassVar[bool] = True

    @classmethod
    def name(cls) -> str:
        """`UnknownUpstream` → `unknown-upstream`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:  # noqa: ARG002
        """The findings in one pipeline. Rules of the compiler itself have none here: they are documented only."""
        yield from ()

    def check_source(self, source: Source) -> Iterator[Problem]:  # noqa: ARG002
        """The findings in a file, whatever the environment: in a spec, or in `environments.yaml`."""
        yield from ()

    def problem(
        self, place: Place, message: str, help_: str = "", related: tuple[Related, ...] = (), fix: Fix | None = None
    ) -> Problem:
        """A finding of this rule."""
        return Problem(self.name(), message, place, help_, self.severity, related, fix)


@cache
def all_rules() -> dict[str, Rule]:
    """Every rule by its name, in order of the names."""
    for module in pkgutil.iter_modules(rules.__path__, rules.__name__ + "."):
        import_module(module.name)
    return {kind.name(): kind() for kind in sorted(Rule.__subclasses__(), key=lambda kind: kind.name())}


class RuleDoc(Struct, frozen=True):
    """A rule's documentation, read from its docstring."""

    name: str
    severity: Severity
    tags: tuple[str, ...]
    summary: str
    why: str
    bad: str
    good: str
    fixable: Literal["", "safe", "unsafe"] = ""
    stops_loading: bool = False
    runnable: bool = True


def document(rule: Rule) -> RuleDoc:
    """Take a rule's docstring apart. ValueError when a part is missing."""
    text = inspect.getdoc(type(rule)) or ""
    found = re.fullmatch(
        r"(?P<summary>.+?)\n\nWhy: (?P<why>.+?)\n\nBad:\n(?P<bad>.+?)\n\nGood:\n(?P<good>.+)", text, re.DOTALL
    )
    if not found:
        raise ValueError(f"{rule.name()}: the docstring needs a summary, Why:, Bad: and Good:")
    parts = {key: inspect.cleandoc("\n" + value) for key, value in found.groupdict().items()}
    return RuleDoc(
        rule.name(),
        rule.severity,
        rule.tags,
        **parts,
        fixable=rule.fixable,
        stops_loading=rule.stops_loading,
        runnable=rule.runnable,
    )
