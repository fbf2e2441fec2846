"""What is measured, and how fast it has to be."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.measure import BenchError, Command, Costs, repeat
from bench.peers import write_blueprint, write_dag_factory
from bench.specs import write_repository

BIN = Path(sys.executable).parent
PEERS = Path(__file__).resolve().parent.parent / ".venv-bench" / "bin"
COMPOSE = Path(__file__).with_name("compose.py").resolve()
PROPORTION = Path(__file__).with_name("proportion.py").resolve()
SHORT, LONG = 15_000, 60_000  # characters
DATE = "2026-11-20"  # findings about dates would change what is measured


@dataclass(frozen=True, slots=True)
class Goal:
    """The ratio of two commands' times must not be above `most`, or not below `least`."""

    title: str
    over: str
    under: str
    most: float = 0
    least: float = 0

    def is_met(self, ratio: float) -> bool:
        """Whether a ratio is good enough."""
        return self.least <= ratio and (not self.most or ratio <= self.most)

    def __str__(self) -> str:
        return f"≥ {self.least:g}" if self.least else f"≤ {self.most:g}"


GOALS = (
    Goal("one spec: `dagfactory lint` against `dagspec lint`", "dagfactory lint", "dagspec lint", least=15),
    Goal("one spec: `blueprint lint` against `dagspec lint`", "blueprint lint", "dagspec lint", least=15),
    Goal("start: `dagspec --version` against `python -c pass`", "dagspec --version", "python -c pass", most=4),
    Goal("all specs: `dagspec lint` against the C YAML loader alone", "lint of all", "YAML of all", most=3),
    Goal("all specs: unchanged, linted again, against the first time", "lint again", "lint of all", most=0.1),
    # a little above the factor of the lengths: time that grew with its square would give 16
    Goal("secrets: a text four times as long", "secrets, long", "secrets, short", most=5),
    Goal("templates: a text four times as long", "templates, long", "templates, short", most=5),
)


def one_spec(folder: Path) -> dict[str, Command]:
    """One spec of 8 tasks, by all linters; and what it costs to start."""
    if not (PEERS / "blueprint").exists():
        raise BenchError("dag-factory and Blueprint are not installed: run `make bench`")
    root = folder / "one"
    spec = write_repository(root, 2)[1]  # the warehouse
    dag_factory = write_dag_factory(spec, root, folder / "dag_factory")
    blueprint = write_blueprint(spec, root, folder / "blueprint")
    in_blueprint = (str(PEERS / "blueprint"), "lint", blueprint.name, "--template-dir", ".")
    return {
        "python -c pass": Command((sys.executable, "-c", "pass"), root),
        "dagspec --version": Command((str(BIN / "dagspec"), "--version"), root),
        "dagspec lint": Command((str(BIN / "dagspec"), "lint", f"dag_specs/{spec.name}"), root),
        "blueprint lint": Command(in_blueprint, blueprint.parent),
        "dagfactory lint": Command((str(PEERS / "dagfactory"), "lint", dag_factory.name), dag_factory.parent),
    }


def all_specs(folder: Path, count: int) -> dict[str, Command]:
    """Many specs: composed only, linted for the first time, linted again."""
    root = folder / "all"
    write_repository(root, count)
    lint = Command((str(BIN / "dagspec"), "lint"), root)
    compose = Command((sys.executable, str(COMPOSE), "dag_specs"), root)
    return {"YAML of all": compose, "lint of all": lint, "lint again": lint}


def texts(folder: Path) -> dict[str, Command]:
    """Texts made to be slow to look through, short and four times as long."""
    sizes = {"short": SHORT, "long": LONG}
    return {
        f"{kind}, {size}": Command((sys.executable, str(PROPORTION), kind, str(length)), folder)
        for kind in ("secrets", "templates")
        for size, length in sizes.items()
    }


def measure(folder: Path, count: int, repetitions: int) -> Costs:
    """Run everything. Raises BenchError when something cannot run."""
    environments = _environments(folder)
    costs = repeat(one_spec(folder), environments, repetitions)
    few = max(3, repetitions // 3)
    many = repeat(all_specs(folder, count), environments, few)
    long = repeat(texts(folder), environments, few)
    return Costs(costs.of | many.of | long.of)


def _environments(folder: Path) -> Iterator[dict[str, str]]:
    """The variables of each round: with an empty cache, so that its first lint remembers nothing."""
    number = 0
    # compiled modules are kept, as everywhere but in some containers: a start does not compile the code again
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    while True:
        number += 1
        yield inherited | {
            "AIRFLOW_HOME": str(folder / "airflow"),
            "DAGSPEC_TODAY": DATE,
            "DO_NOT_TRACK": "1",
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "SCARF_ANALYTICS": "false",
            "XDG_CACHE_HOME": str(folder / "caches" / str(number)),
        }
