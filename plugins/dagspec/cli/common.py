"""What the commands share: where the repository is, which spec is meant, how problems are printed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dagspec.compiler import Compiled
    from dagspec.environment import Environment
    from dagspec.problem import SpecError
    from dagspec.source import Source

SPECS = "dag_specs"
COLUMNS = 80


class Formatter(argparse.HelpFormatter):
    """Learns the width of the terminal without `shutil`, which takes long to import."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


class ExampleFormatter(Formatter, argparse.RawDescriptionHelpFormatter):
    """The same, and leaves the lines of the examples as they are."""


def _columns() -> int:
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    try:
        return os.get_terminal_size().columns or COLUMNS
    except (OSError, ValueError):  # no terminal
        return COLUMNS


class UsageError(Exception):
    """The command cannot do what it was asked to; one line says why."""


def add_command(
    commands: Any, name: str, help_: str, example: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """A subcommand with its help and examples."""
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=help_,
        description=help_,
        epilog=f"Examples:\n{example}",
        formatter_class=ExampleFormatter,
    )
    command.set_defaults(command=run)
    return command


def add_environment(command: argparse.ArgumentParser) -> None:
    """The option `--env`."""
    default = os.environ.get("DAGSPEC_ENVIRONMENT") or "local"
    command.add_argument("--env", default=default, metavar="NAME", help=f"environment (default: {default})")


def find_root(start: Path) -> Path:
    """The repository: the nearest folder, from `start` upwards, that holds `dag_specs/`."""
    start = Path(os.path.realpath(start))  # resolve() raises for a link to itself
    for folder in (start, *start.parents):
        if (folder / SPECS).is_dir():
            return folder
    raise UsageError(f'no folder "{SPECS}" in {start} or above it')


def find_spec(text: str) -> tuple[Path, Path]:
    """The file and the repository of a spec, given as a path or as a DAG id."""
    from dagspec.problem import suggest
    from dagspec.specs import find_dag, spec_files

    path = Path(text)
    if path.is_file():
        return path.resolve(), find_root(path.parent)
    root = find_root(Path.cwd())
    found = list(spec_files(root, path.name)) if path.name == text and text else []
    found = found or [root / dag.name for dag in find_dag(root, text)]
    if not found:
        help_ = suggest(path.stem, [file.stem for file in spec_files(root)])
        raise UsageError(f'no spec "{text}" in {SPECS}/' + (f"; {help_}" if help_ else ""))
    return found[0], root


def compiled(text: str, environment: str) -> Compiled:
    """Compile the spec that an argument names; problems are printed and end the command with code 1."""
    from dagspec.compiler import compile_spec
    from dagspec.problem import SpecError
    from dagspec.specs import read_spec

    path, root = find_spec(text)
    dag = _one_dag(read_spec(path, root), text)
    try:
        return compile_spec(dag, chosen_environment(root, environment), root)
    except SpecError as error:
        print_problems(error)
        raise SystemExit(1) from None


def chosen_environment(root: Path, name: str) -> Environment:
    """The environment that `--env` names. Raises SpecError when the file of the environments is wrong."""
    from dagspec.environment import FILE_NAME
    from dagspec.problem import suggest
    from dagspec.specs import read_environments

    environments = read_environments(root)
    if name not in environments:
        help_ = suggest(name, environments)
        meant = f"; {help_}" if help_.startswith("did") else ""
        raise UsageError(f'no environment "{name}" in {SPECS}/{FILE_NAME} (known: {", ".join(environments)}){meant}')
    return environments[name]


def refuse_missing(paths: Iterable[Path]) -> None:
    """Raise UsageError with the paths that do not exist."""
    missing = [f'"{path}"' for path in paths if not os.path.lexists(path)]
    if missing:
        raise UsageError(f"no such file or folder: {', '.join(missing)}")


def _one_dag(source: Source, text: str) -> Source:
    """The DAG that is meant: of most files the only one; a file in dag-factory's format may hold several."""
    from dagspec.dagfactory_format import unwrap

    dags = unwrap(source)
    named = [dag for dag in dags if dag.dag_id == text] or dags
    if len(named) != 1:
        raise UsageError(f"{source.name} holds several DAGs, name one: {', '.join(dag.dag_id for dag in dags)}")
    return named[0]


def print_problems(error: SpecError) -> None:
    """Print all problems of a spec to stderr."""
    from dagspec.text import report

    print(report(error.problems), file=sys.stderr)
