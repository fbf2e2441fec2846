"""What `dagspec lint` does once its arguments are understood."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from dagspec.cli.common import SPECS, UsageError, chosen_environment, find_root, refuse_missing
from dagspec.environment import FILE_NAME
from dagspec.lint import files_of, lint_sources
from dagspec.lint_files import lint_files
from dagspec.lint_result import Options, Result
from dagspec.problem import SpecError
from dagspec.report import REPORTERS
from dagspec.selection import Choice
from dagspec.source import read_bytes
from dagspec.specs import read_spec, shown_name

if TYPE_CHECKING:
    from dagspec.cli.mending import Mending

STDIN = [Path("-")]
CLEAR = "\033[2J\033[H"


class Session:
    """One call of the command."""

    def __init__(self, arguments: argparse.Namespace, choice: Choice) -> None:
        self.arguments, self.choice = arguments, choice
        self.options = Options(arguments.env, arguments.pedantic, arguments.strict, not arguments.no_ignores, choice)
        self.stdin = sys.stdin.buffer.read() if arguments.paths == STDIN else None
        if self.stdin is None:
            refuse_missing(arguments.paths)
        self.root = find_root(self._start())

    def _start(self) -> Path:
        if self.stdin is None:
            return self.arguments.paths[0] if self.arguments.paths else Path.cwd()
        return Path(self.arguments.stdin_name or "-").absolute().parent

    def watch(self) -> int:
        """Lint now and after every change; Ctrl-C ends it."""
        from dagspec.watch import watch

        with suppress(KeyboardInterrupt):
            watch(self._watched, self._again)
        return 0

    def _watched(self) -> list[Path]:
        return [*files_of(self.root, self.arguments.paths), self.root / SPECS / FILE_NAME]

    def _again(self) -> None:
        if sys.stdout.isatty():
            print(CLEAR, end="")
        try:
            self.once()
        except UsageError as error:  # the last spec was deleted: another may come
            print(f"dagspec: {error}")
        sys.stdout.flush()

    def once(self) -> int:
        """Mend if asked to, lint, print; returns the exit code."""
        start = perf_counter()
        self._refuse_unknown_environment()
        if self.arguments.diff:
            return self._mending().print_diff()
        if self.arguments.fix:
            self._mending().write()
        result = self._linted()
        result.seconds = perf_counter() - start
        report = _statistics if self.arguments.statistics else REPORTERS[self.arguments.format]
        print(report(result))
        return 1 if result.count("error") or (self.options.strict and result.problems) else 0

    def _refuse_unknown_environment(self) -> None:
        if self.arguments.env is not None:
            with suppress(SpecError):  # lint tells what is wrong in the file of the environments
                chosen_environment(self.root, self.arguments.env)

    def _linted(self) -> Result:
        if self.stdin is not None:
            return lint_sources(self.root, [read_bytes(self.stdin, self._stdin_name(self.stdin))], self.options)
        if self.arguments.no_cache:
            return lint_sources(self.root, [read_spec(path, self.root) for path in self._files()], self.options)
        return lint_files(self.root, self._files(), self.options)

    def _stdin_name(self, data: bytes) -> str:
        if self.arguments.stdin_name:
            return shown_name(Path(self.arguments.stdin_name).absolute(), self.root)
        value = read_bytes(data, "stdin.yaml").value
        dag_id = value.get("dag_id") if isinstance(value, dict) else None
        # without a name the text may call its DAG as it likes
        return f"{dag_id}.yaml" if isinstance(dag_id, str) else "stdin.yaml"

    def _mending(self) -> Mending:
        from dagspec.cli.mending import Mending

        contents = self._contents()
        return Mending(self.root, self.options, contents, self.arguments.unsafe)

    def _contents(self) -> Iterator[tuple[Path, bytes]]:
        """Each file to mend with its content."""
        if self.stdin is not None:
            yield self.root / self._stdin_name(self.stdin), self.stdin
            return
        for path in self._files():
            # lint tells of links out of the repository and of files that cannot be read
            with suppress(OSError):
                if path.resolve().is_relative_to(self.root):
                    yield path, path.read_bytes()

    def _files(self) -> list[Path]:
        paths: list[Path] = self.arguments.paths
        lacking = [path for path in paths if not files_of(self.root, [path])]
        files = files_of(self.root, paths)
        if lacking or not files:
            where = ", ".join(str(path) for path in lacking) or f"{SPECS}/"
            raise UsageError(f"no spec files under {where} (looked for *.yaml, *.yml)")
        return files


def _statistics(result: Result) -> str:
    return "\n".join(filter(None, [result.statistics(), result.summary()]))
