"""A repository of realistic specs: the same ones for the same number, on every machine."""

from __future__ import annotations

import shutil
from pathlib import Path
from string import Template

PIPELINES = Path(__file__).parent / "pipelines"
SHAPES = ("music", "warehouse", "lakehouse")
JOBS = ("transform.py", "split.py")
TEAMS = ("music-data", "growth", "payments", "search", "risk")
TASKS = 8  # of every shape


class _SpecTemplate(Template):
    """Placeholders are `@name`: `$` and `{{` belong to the spec."""

    delimiter = "@"


def write_repository(folder: Path, count: int) -> list[Path]:
    """Write `count` specs of 8 tasks that lint clean, with environments and Spark jobs; returns the specs' files.

    The three shapes take turns; names, numbers and schedules differ from spec to spec, so that no text comes twice.
    """
    specs = folder / "dag_specs"
    specs.mkdir(parents=True)
    shutil.copy(PIPELINES / "environments.yaml", specs)
    _write_jobs(folder / "spark_jobs")
    shapes = [_SpecTemplate((PIPELINES / f"{shape}.yaml").read_text(encoding="utf-8")) for shape in SHAPES]
    paths = [specs / f"{name_of(number)}.yaml" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(spec(shapes[number % len(shapes)], number), encoding="utf-8")
    return paths


def name_of(number: int) -> str:
    """The DAG id of a spec: `music_00042`."""
    return f"{SHAPES[number % len(SHAPES)]}_{number:05}"


def spec(shape: Template, number: int) -> str:
    """The text of one spec."""
    return shape.substitute(
        number=number,
        dataset=name_of(number),
        team=TEAMS[number % len(TEAMS)],
        hour=number % 24,
        minute=number * 7 % 60,
    )


def _write_jobs(folder: Path) -> None:
    folder.mkdir()
    for name in JOBS:
        (folder / name).write_text(f'"""{name}: stands for a Spark job."""\n', encoding="utf-8")
