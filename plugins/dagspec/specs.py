"""The spec files of a repository."""

from __future__ import annotations

import glob
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from dagspec.dagfactory_format import unwrap
from dagspec.environment import FILE_NAME, Environment, load_environments, pick
from dagspec.policy import FILE_NAME as POLICY
from dagspec.policy import load_policy
from dagspec.problem import Problem, Related, SpecError
from dagspec.source import Source, read_file

FOLDER = "dag_specs"
SUFFIXES = (".yaml", ".yml")
TESTS = "tests"  # the folder in it with what specs are tested with


def spec_files(root: Path, dag_id: str = "*") -> Iterator[Path]:
    """All spec files below `dag_specs/`, sorted; only those of one DAG when its id is given.

    A file's stem is its DAG's id, so that one file of thousands is opened. See `is_spec` for those that do not count.
    """
    folder = root / FOLDER
    found = (path for suffix in SUFFIXES for path in folder.rglob(dag_id + suffix))
    # a new file deeper down must not take the id of one that was there
    for path in sorted(found, key=lambda path: (len(path.parts), path)):
        if is_spec(path, root):
            yield path


def is_spec(path: Path, root: Path) -> bool:
    """Whether a YAML file below `dag_specs/` is a spec: not the environments, the policy, a test or hidden."""
    parts = path.relative_to(root / FOLDER).parts
    if parts in ((FILE_NAME,), (POLICY,)) or parts[0] == TESTS:
        return False
    return not any(part.startswith(".") for part in parts)


def shown_name(path: Path, root: Path) -> str:
    """How messages call a file: its path from the repository, with forward slashes."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def read_spec(path: Path, root: Path) -> Source:
    """Read one spec file. A link out of the repository is a problem, not a way to have a message quote that file."""
    try:
        if path.resolve().is_relative_to(root.resolve()):
            return read_file(path, shown_name(path, root))
    except (OSError, RuntimeError):  # a link to itself
        return read_file(path, shown_name(path, root))
    source = Source(shown_name(path, root), "")
    source.problems.append(
        Problem("link-out-of-repository", "the file is a link out of the repository", source.place())
    )
    return source


def read_all(root: Path) -> Iterator[Source]:
    """Every DAG of the repository: of most files one, of a file in dag-factory's format each that it holds."""
    for path in spec_files(root):
        yield from unwrap(read_spec(path, root))


def find_dag(root: Path, dag_id: str) -> list[Source]:
    """The DAG of that id: the file of its name, else what the files in dag-factory's format hold; empty for neither."""
    named = [one for path in spec_files(root, glob.escape(dag_id)) for one in unwrap(read_spec(path, root))]
    if found := [one for one in named if one.dag_id == dag_id]:
        return found
    return [one for path in _mentioning(root, dag_id) for one in unwrap(read_spec(path, root)) if one.dag == dag_id]


def _mentioning(root: Path, dag_id: str) -> Iterator[Path]:
    """Files with the id at the begin of a line or in quotes: to compose thousands would take too long."""
    name = re.escape(dag_id.encode())
    mention = re.compile(rb"(?m)^%b\s*:|[\"']%b[\"']|[{,]\s*%b\s*:" % (name, name, name))
    for path in spec_files(root):
        with suppress(OSError):
            if mention.search(path.read_bytes()):
                yield path


def read_environment(root: Path, name: str) -> Environment:
    """One environment of the repository. Raises SpecError."""
    return pick(read_environments(root), name)


def read_environments(root: Path, read: Callable[[Path, Path], Source] = read_spec) -> dict[str, Environment]:
    """All environments of the repository, by name. read: gives a file, for editors whose text is not saved.

    Raises SpecError.
    """
    environments = load_environments(read(root / FOLDER / FILE_NAME, root))
    path = root / FOLDER / POLICY
    if not path.exists():
        return environments
    policy = load_policy(read(path, root))
    return {name: replace(environment, policy=policy) for name, environment in environments.items()}


def check_unique(sources: list[Source]) -> Iterator[SpecError]:
    """Files that claim the same DAG id: one error for each file but the first."""
    first: dict[str, Source] = {}
    # a task process looks for the file of that name first, so that is the one that holds the id
    for source in sorted(sources, key=lambda source: bool(source.dag)):
        dag_id = source.dag_id
        earlier = first.setdefault(dag_id, source)
        if earlier is not source:
            message = f'DAG id "{dag_id}" is also that of {earlier.name}'
            related = (Related(earlier.place(), "is the first"),)
            help_ = "give the DAG another name" if source.dag else "rename one file"
            yield SpecError([Problem("duplicate-dag-id", message, source.place(), help_, related=related)])
