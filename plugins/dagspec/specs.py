"""The spec files of a repository."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dagspec.environment import FILE_NAME, Environment, load_environments, pick
from dagspec.problem import Problem, Related, SpecError
from dagspec.source import Source, read_file

FOLDER = "dag_specs"
SUFFIXES = (".yaml", ".yml")


def spec_files(root: Path, dag_id: str = "*") -> Iterator[Path]:
    """All spec files below `dag_specs/`, sorted; only those of one DAG when its id is given.

    A file's stem is its DAG's id, so that one file of thousands is opened. Hidden files and folders do not count.
    """
    folder = root / FOLDER
    found = (path for suffix in SUFFIXES for path in folder.rglob(dag_id + suffix))
    for path in sorted(found):
        inside = path.relative_to(folder)
        if inside.parts != (FILE_NAME,) and not any(part.startswith(".") for part in inside.parts):
            yield path


def shown_name(path: Path, root: Path) -> str:
    """How messages call a file: its path from the repository, with forward slashes."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def read_spec(path: Path, root: Path) -> Source:
    """Read one spec file. A link out of the repository is a problem, not a way to have a message quote that file."""
    if path.resolve().is_relative_to(root.resolve()):
        return read_file(path, shown_name(path, root))
    source = Source(shown_name(path, root), "")
    source.problems.append(
        Problem("link-out-of-repository", "the file is a link out of the repository", source.place())
    )
    return source


def read_environment(root: Path, name: str) -> Environment:
    """One environment of the repository. Raises SpecError."""
    return pick(read_environments(root), name)


def read_environments(root: Path) -> dict[str, Environment]:
    """All environments of the repository, by name. Raises SpecError."""
    return load_environments(read_spec(root / FOLDER / FILE_NAME, root))


def check_unique(sources: list[Source]) -> Iterator[SpecError]:
    """Files that claim the same DAG id: one error for each file but the first."""
    first: dict[str, Source] = {}
    for source in sources:
        dag_id = Path(source.name).stem
        earlier = first.setdefault(dag_id, source)
        if earlier is not source:
            message = f'DAG id "{dag_id}" is also that of {earlier.name}'
            related = (Related(earlier.place(), "is the first"),)
            yield SpecError([Problem("duplicate-dag-id", message, source.place(), "rename one file", related=related)])
