"""The measurements as a table, a page and a picture."""

from __future__ import annotations

import platform
from os import cpu_count
from pathlib import Path

from bench.goals import GOALS, PEERS, Goal
from bench.measure import Costs

PICTURE = "pictures/performance.svg"
DRAWN = ("python -c pass", "dagspec --version", "dagspec lint", "blueprint lint", "dagfactory lint")

PAGE = """\
# Performance

Made by `make bench`: {count:,} specs of 8 tasks (shared and provider operators, variables, templates; three
environments), {python} on {cores} cores, dag-factory {dag_factory}, Blueprint {blueprint}.

{table}

Times are medians of processor time, user and system. A ratio is the median over repetitions, each of two processes
that ran one after the other; a busy machine slows both. The goal is judged by processor time; "by the clock" is the
same ratio in elapsed time. Each process starts anew and each first lint has an empty cache.

- One spec is the same pipeline in the three formats: the dag-factory file is what `dagspec render` writes, the
  templates of Blueprint are in `bench/blueprint_templates.py`. `dagfactory lint` checks the YAML's syntax,
  `blueprint lint` the keys and types of the templates, `dagspec lint` all its rules for every environment.
- "A text four times as long" is `bench/proportion.py`: texts of 15,000 and of 60,000 characters, made to be slow to
  look through.
- "The C YAML loader alone" is `bench/compose.py`: a Python process that reads and composes every file.

![Processor time for one spec]({picture})
"""


def table(costs: Costs) -> str:
    """The goals as a Markdown table."""
    lines = ["| what | ms | against ms | ratio | by the clock | goal | met |", "|---|--:|--:|--:|--:|--:|---|"]
    return "\n".join([*lines, *(_line(goal, costs) for goal in GOALS)])


def _line(goal: Goal, costs: Costs) -> str:
    cpu, wall = costs.ratio(goal.over, goal.under)
    times = [f"{costs.cpu(name) * 1000:,.0f}" for name in (goal.over, goal.under)]
    met = "yes" if goal.is_met(cpu) else "**no**"
    return f"| {goal.title} | {times[0]} | {times[1]} | {cpu:.2f} | {wall:.2f} | {goal} | {met} |"


def all_met(costs: Costs) -> bool:
    """Whether every goal is met."""
    return all(goal.is_met(costs.ratio(goal.over, goal.under)[0]) for goal in GOALS)


def write_page(costs: Costs, count: int, docs: Path) -> None:
    """Write `performance.md` and its picture."""
    _draw(costs, docs / PICTURE)
    text = PAGE.format(
        count=count,
        python=f"Python {platform.python_version()}",
        cores=cpu_count(),
        dag_factory=_peer("dag_factory"),
        blueprint=_peer("airflow_blueprint"),
        table=table(costs),
        picture=PICTURE,
    )
    (docs / "performance.md").write_text(text, encoding="utf-8")


def _peer(name: str) -> str:
    found = next(PEERS.parent.glob(f"lib/python*/site-packages/{name}-*.dist-info"), None)
    return found.name.removesuffix(".dist-info").rpartition("-")[2] if found else "?"


def _draw(costs: Costs, path: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    mpl.rcParams |= {"svg.hashsalt": "dagspec", "svg.fonttype": "none"}  # the same file for the same numbers
    figure, axes = pyplot.subplots(figsize=(8, 2.6), layout="constrained")
    times = [costs.cpu(name) * 1000 for name in DRAWN]
    colours = ["#0f766e" if name.startswith("dagspec") else "#94a3b8" for name in DRAWN]
    axes.bar_label(axes.barh(DRAWN, times, color=colours), [f"{time:,.0f} ms" for time in times], padding=4)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("processor time, ms")
    axes.margins(x=0.12)
    axes.invert_yaxis()
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
