"""What a lint is asked, and what it answers."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct, field

from dagspec.problem import Problem
from dagspec.selection import Choice


class Options(Struct, frozen=True):
    """What to check and what to tell.

    environment: only this one; default all. pedantic: findings of severity info as well.
    strict: an ignore needs a reason. ignores: heed the comments that ignore rules.
    """

    environment: str | None = None
    pedantic: bool = False
    strict: bool = False
    ignores: bool = True
    choice: Choice = field(default_factory=Choice)


class Result(Struct):
    """What a lint found; `files` counts the specs that were read, `seconds` is how long it took."""

    files: int
    problems: list[Problem] = []
    seconds: float = 0

    def count(self, severity: str) -> int:
        """How many findings have this severity."""
        return sum(problem.severity == severity for problem in self.problems)

    def summary(self) -> str:
        """One line: how many problems in how many specs."""
        if not self.problems:
            return f"No problems in {_counted(self.files, 'spec')}."
        severities = ("error", "warning", "info")
        parts = [_counted(self.count(severity), severity) for severity in severities if self.count(severity)]
        broken = len({problem.place.source.name for problem in self.problems})
        return f"{', '.join(parts)} in {broken} of {_counted(self.files, 'spec')}"

    def statistics(self) -> str:
        """How often each rule fired, the most frequent first."""
        counts = Counter(problem.rule for problem in self.problems)
        return "\n".join(
            f"{count:5}  {rule}" for rule, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        )


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' if count != 1 else ''}"
