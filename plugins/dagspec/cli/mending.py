"""What `dagspec lint --fix` writes and `--diff` shows."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from difflib import unified_diff
from pathlib import Path

from dagspec.cli.common import UsageError
from dagspec.fixes import Fixed, fix_bytes, write_atomically
from dagspec.lint import Linter
from dagspec.lint_result import Options
from dagspec.masking import masked
from dagspec.problem import Problem, SpecError
from dagspec.source import Source, read_bytes
from dagspec.specs import shown_name


class Mending:
    """Mends the contents of files. unsafe: also by a guess at what was meant."""

    def __init__(self, root: Path, options: Options, contents: Iterable[tuple[Path, bytes]], unsafe: bool) -> None:
        self.root, self.options, self.contents, self.unsafe = root, options, contents, unsafe

    def write(self) -> None:
        """Mend the files; tells how many."""
        changed = [(path, fixed) for path, fixed in self._mended() if fixed.count]
        for path, fixed in changed:
            try:
                write_atomically(path, fixed.after)
            except OSError as error:
                raise UsageError(f"cannot write {path}: {error.strerror}") from None
        if changed:
            count = sum(fixed.count for _, fixed in changed)
            files = f"{len(changed)} file{'s' if len(changed) != 1 else ''}"
            print(f"Applied {count} fix{'es' if count != 1 else ''} in {files}.", file=sys.stderr)

    def print_diff(self) -> int:
        """Show what mending would change; 1 when there is something."""
        changed = [(path, fixed) for path, fixed in self._mended() if fixed.count]
        for path, fixed in changed:
            print(_diff(fixed, shown_name(path, self.root)), end="")
        if not changed:
            print("Nothing to fix.", file=sys.stderr)
        return 1 if changed else 0

    def _mended(self) -> Iterator[tuple[Path, Fixed]]:
        """Each file as it is and as it would be; nothing is written."""
        try:
            linter = Linter(self.root, self.options)
        except SpecError:
            return  # the lint that follows tells what is wrong with the environments

        def check(source: Source) -> list[Problem]:
            return [problem for problem in linter.check(source) if self.options.choice.has(problem.rule)]

        for path, data in self.contents:
            yield path, fix_bytes(data, shown_name(path, self.root), check, self.unsafe)


def _diff(fixed: Fixed, name: str) -> str:
    before, after = (
        masked(text, read_bytes(text.encode(), name)).splitlines(keepends=True) for text in (fixed.before, fixed.after)
    )
    return "".join(unified_diff(before, after, f"a/{name}", f"b/{name}"))
