"""Lint of files that remembers: a spec is checked again only when something that its findings depend on has changed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from dagspec.dagfactory_format import is_dagfactory, unwrap
from dagspec.lint import Linter, lint_sources
from dagspec.lint_cache import Entry, LintCache, private_folder, problems_of
from dagspec.lint_inputs import NamedFiles, fingerprint, shared_inputs, state
from dagspec.lint_result import Options, Result
from dagspec.problem import Problem, SpecError
from dagspec.source import MAX_BYTES, Source, read_bytes
from dagspec.specs import check_unique, read_spec, shown_name


def lint_files(root: Path, paths: Iterable[Path], options: Options, folder: Path | None = None) -> Result:
    """Like `lint`, for spec files, with the findings of earlier lints where nothing has changed since.

    folder: where they are kept; default: a private one of the user. Never raises for what a file holds.
    """
    files = list(paths)
    folder = folder or private_folder()
    try:
        if folder is not None:
            return _Run(root, options, folder).result(files)
    except SpecError:
        pass  # wrong environments: nothing that is found then is worth keeping
    return lint_sources(root, [read_spec(path, root) for path in files], options)


class _Checked(Struct):
    """One spec and its findings. Its source is not read (no text, no values) when nothing points into it."""

    source: Source
    problems: list[Problem] = []


class _Run:
    """One lint with a cache."""

    def __init__(self, root: Path, options: Options, folder: Path) -> None:
        self.root, self.options = root, options
        self.state = state(root)
        self.cache, self.named = LintCache(folder, shared_inputs(root, options)), NamedFiles(root)
        self._linter: Linter | None = None
        self._inside: dict[Path, bool] = {}

    @property
    def linter(self) -> Linter:
        """Made when something has to be checked: it reads the environments and imports every rule."""
        if self._linter is None:
            self._linter = Linter(self.root, self.options)
        return self._linter

    def result(self, paths: list[Path]) -> Result:
        """The findings in all these files and in the environments."""
        checked = [self._spec(path) for path in paths]
        found = [problem for one in checked for problem in one.problems]
        found += self._environments()
        found += self._namesakes([one.source for one in checked], paths)
        if self._linter is not None and state(self.root) == self.state:
            self.cache.save()  # else something was edited during the lint
        return Result(len(checked), sorted(found, key=lambda problem: problem.sort_key))

    def _namesakes(self, sources: list[Source], paths: list[Path]) -> list[Problem]:
        """The findings about DAG ids that come twice; only then files that were not read are, for their places."""
        if not list(check_unique(_dags(sources))):
            return []
        read = [one if one.text else read_spec(path, self.root) for one, path in zip(sources, paths, strict=True)]
        return [problem for error in check_unique(_dags(read)) for problem in error.problems]

    def _spec(self, path: Path) -> _Checked:
        data = self._data(path)
        if data is None:
            source = read_spec(path, self.root)
            return _Checked(source, self.linter.check(source))
        name = shown_name(path, self.root)
        key = fingerprint(name.encode(), data)
        entry = self.cache.find(key)
        if entry is None or not self._is_current(entry):
            return self._check(read_bytes(data, name), key)
        if not entry.problems:
            return _Checked(Source(name, ""))
        source = read_bytes(data, name)
        return _Checked(source, problems_of(entry, source))

    def _data(self, path: Path) -> bytes | None:
        """The bytes of an ordinary file of the repository; None for anything else, which is not kept."""
        if path.is_symlink() or not self._is_inside(path.parent):
            return None
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError:
            return None
        return data if len(data) <= MAX_BYTES else None

    def _is_inside(self, folder: Path) -> bool:
        if folder not in self._inside:
            self._inside[folder] = Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(self.root))
        return self._inside[folder]

    def _is_current(self, entry: Entry) -> bool:
        return all(self.named.state(name) == state for name, state in entry.files.items())

    def _check(self, source: Source, key: str) -> _Checked:
        # the files' state before the check: one that changes meanwhile makes the entry stale, not wrong
        files = self.named.of(source, self.linter.environments)
        problems = self.linter.check(source)
        if is_dagfactory(source.value):  # the ids in it must be known for every lint, not its findings alone
            return _Checked(source, problems)
        self.cache.keep(key, problems, files, [source, *self._environment_sources()])
        # thousands of trees in memory would slow the garbage collection down
        return _Checked(source, problems) if problems else _Checked(Source(source.name, ""))

    def _environment_sources(self) -> list[Source]:
        return list({environment.source for environment in self.linter.environments})

    def _environments(self) -> list[Problem]:
        """The findings in the file of the environments, which is one of the shared inputs."""
        if self.cache.find("environments") and self._linter is None:
            return []
        problems = self.linter.check_environments()
        if not problems:
            self.cache.keep("environments", [], {}, self._environment_sources())
        return problems


def _dags(sources: list[Source]) -> list[Source]:
    return [dag for source in sources for dag in unwrap(source)]
