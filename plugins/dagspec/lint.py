"""Check specs: every problem of every file, for every environment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dagspec.analysis import analyse
from dagspec.environment import FILE_NAME, Environment, pick
from dagspec.problem import Problem, SpecError
from dagspec.rule import Rule, all_rules
from dagspec.source import Source
from dagspec.specs import FOLDER, check_unique, read_environments, read_spec, spec_files
from dagspec.view import PipelineView


@dataclass(slots=True)
class Result:
    """What a lint found; `files` counts the specs that were read."""

    files: int
    problems: list[Problem] = field(default_factory=list)

    def summary(self) -> str:
        """One line: how many problems in how many specs."""
        specs = f"{self.files} spec{'s' if self.files != 1 else ''}"
        if not self.problems:
            return f"No problems in {specs}."
        count = len(self.problems)
        broken = len({problem.place.source.name for problem in self.problems})
        return f"{count} problem{'s' if count != 1 else ''} in {broken} of {specs}."


def lint(root: Path, paths: Iterable[Path] = (), environment: str | None = None, pedantic: bool = False) -> Result:
    """Check the specs at `paths` (files or folders; default: all of the repository).

    environment: only this one; default all. pedantic: findings of severity info as well.
    Never raises for what a file holds.
    """
    files = list(_files(root, list(paths)))
    sources = [read_spec(path, root) for path in files]
    try:
        environments = read_environments(root)
        checked = [pick(environments, environment)] if environment else list(environments.values())
    except SpecError as error:
        return Result(len(files), [*error.problems, *(problem for source in sources for problem in source.problems)])
    found = [problem for source in sources for problem in check_source(source, checked, root)]
    found += [problem for error in check_unique(sources) for problem in error.problems]
    kept = [problem for problem in found if pedantic or problem.severity != "info"]
    return Result(len(files), sorted(kept, key=lambda problem: problem.sort_key))


def check_source(source: Source, environments: list[Environment], root: Path) -> list[Problem]:
    """The problems of one spec; one that shows in several environments is told once."""
    found: dict[tuple[object, ...], Problem] = {}
    for environment in environments:
        for problem in _check(source, environment, root):
            found.setdefault(problem.sort_key, problem)
    return list(found.values())


def _check(source: Source, environment: Environment, root: Path) -> Iterator[Problem]:
    analysis = analyse(source, environment, root)
    yield from analysis.problems
    pipeline = PipelineView(analysis)
    for rule in all_rules().values():
        yield from _run(rule, pipeline)


def _run(rule: Rule, pipeline: PipelineView) -> list[Problem]:
    try:
        return list(rule.check(pipeline))
    except Exception as error:  # a defect of one rule must not hide what the others find
        message = f"internal error in rule {rule.name()}, please report it: {type(error).__name__}: {error}"
        return [Problem("internal-error", message, pipeline.place())]


def _files(root: Path, paths: list[Path]) -> Iterable[Path]:
    everything = list(spec_files(root))
    if not paths:
        return everything
    inside = [path.resolve() for path in paths]
    files = [path for path in inside if path.is_file() and path != (root / FOLDER / FILE_NAME).resolve()]
    folders = [path for path in inside if path.is_dir()]
    below = [path for path in everything if any(path.resolve().is_relative_to(folder) for folder in folders)]
    return dict.fromkeys([*files, *below])
