"""Check specs: every problem of every file, for every environment.

The rules that go beyond what the compiler must know hook in at `_check`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from dagspec.compiler import compile_spec
from dagspec.environment import FILE_NAME, Environment, pick
from dagspec.problem import Problem, SpecError
from dagspec.source import Source
from dagspec.specs import FOLDER, check_unique, read_environments, read_spec, spec_files


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


def lint(root: Path, paths: Iterable[Path] = (), environment: str | None = None) -> Result:
    """Check the specs at `paths` (files or folders; default: all of the repository).

    environment: only this one; default all. Never raises for what a file holds.
    """
    files = list(_files(root, list(paths)))
    sources = [read_spec(path, root) for path in files]
    try:
        environments = read_environments(root)
        checked = [pick(environments, environment)] if environment else list(environments.values())
    except SpecError as error:
        return Result(len(files), [*error.problems, *(problem for source in sources for problem in source.problems)])
    found = [problem for source in sources for problem in _check(source, checked, root)]
    found += [problem for error in check_unique(sources) for problem in error.problems]
    return Result(len(files), sorted(found, key=lambda problem: problem.sort_key))


def _files(root: Path, paths: list[Path]) -> Iterable[Path]:
    everything = list(spec_files(root))
    if not paths:
        return everything
    inside = [path.resolve() for path in paths]
    files = [path for path in inside if path.is_file() and path != (root / FOLDER / FILE_NAME).resolve()]
    folders = [path for path in inside if path.is_dir()]
    below = [path for path in everything if any(path.resolve().is_relative_to(folder) for folder in folders)]
    return dict.fromkeys([*files, *below])


def _check(source: Source, environments: list[Environment], root: Path) -> Iterable[Problem]:
    """The problems of one spec; one that shows in several environments is told once."""
    found: dict[tuple[object, ...], Problem] = {}
    for environment in environments:
        try:
            compile_spec(source, environment, root)
        except SpecError as error:
            for problem in error.problems:
                found.setdefault(problem.sort_key, problem)
    return found.values()
