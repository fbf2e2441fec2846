"""Check specs: every problem of every file, for every environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from dagspec.analysis import Analysis, analyse
from dagspec.dagfactory_format import unwrap
from dagspec.environment import FILE_NAME, Environment, pick
from dagspec.ignores import heed, may_ignore
from dagspec.lint_result import Options, Result
from dagspec.masking import masked_problem
from dagspec.problem import Problem, SpecError
from dagspec.rule import Rule
from dagspec.rule_index import known_rules, runnable
from dagspec.sharing import alike
from dagspec.source import Source
from dagspec.specs import FOLDER, TESTS, check_unique, read_environments, read_spec, spec_files
from dagspec.view import PipelineView

T = TypeVar("T")


class Linter:
    """Checks specs of one repository, one by one."""

    def __init__(
        self, root: Path, options: Options | None = None, environments: dict[str, Environment] | None = None
    ) -> None:
        """Reads the environments, unless they are given. Raises SpecError when they are wrong."""
        self.root, self.options = root, options or Options()
        environments = read_environments(root) if environments is None else environments
        chosen = self.options.environment
        self.environments = [pick(environments, chosen)] if chosen else list(environments.values())
        self.names = self.options.choice.names()

    @cached_property
    def rules(self) -> list[Rule]:
        """The rules that were chosen."""
        return runnable(self.names)

    @cached_property
    def loud(self) -> list[Rule]:
        """Those of them whose findings are told."""
        return runnable(name for name in self.names if self._is_loud(name, known_rules()[name].severity))

    def check(self, source: Source) -> list[Problem]:
        """The problems of one spec that are told, sorted."""
        # whether a comment that ignores a rule is of use can be told only when the rule has run
        rules = self.rules if may_ignore(source) else self.loud
        found = check_source(source, self.environments, self.root, rules)
        if self.options.ignores:
            # a finding may show in one environment only: with a part of them nothing can be called unused
            judged = () if self.options.environment else self.names
            found = heed(source, found, set(judged), self.options.strict)
        return sorted(filter(self.tells, found), key=lambda problem: problem.sort_key)

    def check_environments(self) -> list[Problem]:
        """The findings in the file of the environments."""
        found: list[Problem] = []
        for source in {environment.source for environment in self.environments}:
            problems = [problem for rule in self.loud for problem in rule.check_source(source)]
            found += heed(source, problems, set(), self.options.strict) if self.options.ignores else problems
        return list(filter(self.tells, found))

    def tells(self, problem: Problem) -> bool:
        """Whether a problem is told: all that stops a spec from loading, and what the user chose."""
        rule, choice = known_rules().get(problem.rule), self.options.choice
        if rule is None or rule.stops_loading:
            return True
        return self._is_loud(problem.rule, problem.severity) and choice.has(problem.rule)

    def _is_loud(self, rule: str, severity: str) -> bool:
        return severity != "info" or self.options.pedantic or rule in self.options.choice.named


def lint(
    root: Path,
    paths: Iterable[Path] = (),
    environment: str | None = None,
    pedantic: bool = False,
    options: Options | None = None,
) -> Result:
    """Check the specs at `paths` (files or folders; default: all of the repository).

    environment, pedantic: short for those of `options`. Never raises for what a file holds.
    """
    options = options or Options(environment, pedantic)
    return lint_sources(root, [read_spec(path, root) for path in files_of(root, paths)], options)


def lint_sources(root: Path, sources: list[Source], options: Options) -> Result:
    """Like `lint`, for specs that are read already."""
    try:
        linter = Linter(root, options)
    except SpecError as error:
        found = [*error.problems, *(problem for source in sources for problem in source.problems)]
    else:
        found = [problem for source in sources for problem in linter.check(source)]
        found += linter.check_environments()
        dags = [dag for source in sources for dag in unwrap(source)]
        found += [problem for error in check_unique(dags) for problem in error.problems]
    return Result(len(sources), sorted(found, key=lambda problem: problem.sort_key))


def check_source(
    source: Source, environments: list[Environment], root: Path, rules: list[Rule] | None = None
) -> list[Problem]:
    """The problems of one file, before any is ignored; one that shows in several environments or DAGs is told once.

    rules: only these beside what the compiler reports; default all.
    """
    rules = runnable(known_rules()) if rules is None else rules
    files = {environment.source for environment in environments}
    found: dict[tuple[object, ...], Problem] = {}
    for dag in unwrap(source):
        for problem in _check(dag, environments, root, rules):
            told = masked_problem(problem, *files)
            found.setdefault(told.sort_key, told)
    return list(found.values())


def _check(source: Source, environments: list[Environment], root: Path, rules: list[Rule]) -> Iterator[Problem]:
    checking = [rule for rule in rules if type(rule).check is not Rule.check]
    seen: list[Analysis] = []
    for environment in environments:
        yield from _check_in(environment, source, root, checking, seen)
    for rule in [rule for rule in rules if type(rule).check_source is not Rule.check_source]:
        yield from _run(rule, rule.check_source, source, source)


def _check_in(
    environment: Environment, source: Source, root: Path, rules: list[Rule], seen: list[Analysis]
) -> Iterator[Problem]:
    try:
        analysis = analyse(source, environment, root)
    except Exception as error:  # a defect must not hide what is wrong with the other specs
        yield _internal("the compiler", error, source)
        return
    yield from analysis.problems
    yield from source.notes
    if any(alike(analysis, other) for other in seen):
        return
    seen.append(analysis)
    pipeline = PipelineView(analysis)
    for rule in rules:
        yield from _run(rule, rule.check, pipeline, source)


def _run(rule: Rule, check: Callable[[T], Iterable[Problem]], of: T, source: Source) -> list[Problem]:
    try:
        return list(check(of))
    except Exception as error:  # a defect of one rule must not hide what the others find
        return [_internal(f"rule {rule.name()}", error, source)]


def _internal(where: str, error: Exception, source: Source) -> Problem:
    message = f"internal error in {where}, please report it: {type(error).__name__}: {error}"
    return Problem("internal-error", message, source.place())


def files_of(root: Path, paths: Iterable[Path]) -> list[Path]:
    """The spec files at these paths; all of the repository when there are none."""
    everything = list(spec_files(root))
    inside = [Path(os.path.realpath(path)) for path in paths]  # resolve() raises for a link to itself
    if not inside:
        return everything
    folder = (root / FOLDER).resolve()
    others = (folder / FILE_NAME, folder / TESTS)  # a commit hook names every file that was touched
    files = [path for path in inside if path.is_file() and not any(map(path.is_relative_to, others))]
    folders = [path for path in inside if path.is_dir()]
    below = [
        path for path in everything if any(Path(os.path.realpath(path)).is_relative_to(folder) for folder in folders)
    ]
    return list(dict.fromkeys([*files, *below]))
