"""Run commands side by side and take their times."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter


class BenchError(Exception):
    """A command that cannot be measured; the message says why."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that a command took: of the processors (user and system, children too), and of the clock."""

    cpu: float
    wall: float


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, and where."""

    arguments: tuple[str, ...]
    folder: Path


@dataclass(slots=True)
class Costs:
    """What each command took, in every repetition; the same index is the same repetition."""

    of: dict[str, list[Cost]] = field(default_factory=dict)

    def cpu(self, name: str) -> float:
        """Median seconds of processor time."""
        return median(cost.cpu for cost in self.of[name])

    def ratio(self, over: str, under: str) -> tuple[float, float]:
        """How many times `under` goes into `over`, by processor and by clock: medians of the repetitions' ratios.

        Each ratio is of two runs that stood next to each other, so that a busy machine slows both.
        """
        pairs = list(zip(self.of[over], self.of[under], strict=True))
        return median(a.cpu / b.cpu for a, b in pairs), median(a.wall / b.wall for a, b in pairs)


def run(command: Command, environment: dict[str, str]) -> Cost:
    """Run a command once. Raises BenchError when it fails: its time would mean nothing."""
    before, start = _children(), perf_counter()
    done = subprocess.run(
        command.arguments, cwd=command.folder, env=environment, capture_output=True, text=True, check=False
    )
    cost = Cost(_children() - before, perf_counter() - start)
    if done.returncode:
        output = (done.stdout + done.stderr).strip()[-2000:]
        raise BenchError(f"{' '.join(command.arguments)} failed with code {done.returncode}:\n{output}")
    return cost


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def repeat(commands: dict[str, Command], environments: Iterator[dict[str, str]], repetitions: int) -> Costs:
    """Run all commands in their order, again and again; the first round only warms the disk cache.

    environments: the variables of each round.
    """
    costs = Costs({name: [] for name in commands})
    for number in range(repetitions + 1):
        environment = next(environments)
        for name, command in commands.items():
            cost = run(command, environment)
            if number:
                costs.of[name].append(cost)
    return costs
