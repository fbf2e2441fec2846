"""`python -m bench.transient`: what a cluster for each run takes, against one that is kept alive; from the last run.

Reads what `make run SPEC=iris` has left in .dagspec/, writes docs/transient_clusters.md and its picture.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dagspec.operators.emr.transient_cluster import TransientCluster

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "transient_clusters.md"
PICTURE = ROOT / "docs" / "pictures" / "transient_clusters.svg"
BEGIN, END = "<!-- figures: made by python -m bench.transient -->\n", "<!-- end of figures -->\n"
NAME = "iris.emr_cluster"
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
START_UP = TransientCluster.facts.minutes * MINUTE
RUNS_A_DAY = (1, 4, 24, 96)
FIGURES = """\
The run: {instances}, {lifetime:.1f} s from created to terminated (steps: {steps}) = {hours:.3f} instance-hours.

| runs a day | transient, this machine | transient, with {start_up} min to start on EMR | kept alive | saved on EMR |
|--:|--:|--:|--:|--:|
{rows}

Both take the same at {even} runs a day, one behind the other.

| when Airflow dies in the middle of a run | the cluster lives at most | instance-hours at most |
|---|--:|--:|
| idle limit {idle_limit} min | {longest} min | {most:.1f} |
| no idle limit (`idle_timeout: null`) | until somebody sees it | {kept:.0f} a day |
"""


@dataclass(frozen=True)
class Cluster:
    """One cluster of a run on this machine."""

    instances: int
    instance_type: str
    lifetime: timedelta
    steps: dict[str, timedelta]
    idle_limit: timedelta

    @property
    def on_emr(self) -> timedelta:
        """Its lifetime where a cluster takes minutes to start."""
        return self.lifetime + START_UP

    @property
    def after_a_crash(self) -> timedelta:
        """Its longest lifetime when nobody is left to terminate it."""
        return self.on_emr + self.idle_limit

    def hours(self, lifetime: timedelta) -> float:
        """Instance-hours of a lifetime."""
        return self.instances * (lifetime / timedelta(hours=1))


def last_cluster(state: Path) -> Cluster | None:
    """The newest cluster of the pipeline that has ended, from the local cloud's state; None before the first run."""
    files = [json.loads(file.read_text()) for file in state.glob("j-*.json")]
    ended = [one for one in files if one["definition"]["run_job_flow"]["name"] == NAME and one["end_datetime"]]
    return _cluster(max(ended, key=lambda one: str(one["creation_datetime"]))) if ended else None


def _cluster(state: dict[str, Any]) -> Cluster:
    groups = state["definition"]["instance_groups"]
    return Cluster(
        instances=sum(group["InstanceCount"] for group in groups),
        instance_type=groups[0]["InstanceType"],
        lifetime=_between(state["creation_datetime"], state["end_datetime"]),
        steps={
            step["request"]["name"]: _between(step["start_date_time"], step["end_date_time"]) for step in state["steps"]
        },
        idle_limit=timedelta(seconds=state["idle_timeout"]),
    )


def _between(begin: str, end: str) -> timedelta:
    return datetime.fromisoformat(end) - datetime.fromisoformat(begin)


def figures(cluster: Cluster) -> str:
    """The figures as Markdown."""
    kept, steps = cluster.hours(DAY), cluster.steps.items()
    return FIGURES.format(
        instances=f"{cluster.instances} instances ({cluster.instance_type})",
        lifetime=cluster.lifetime.total_seconds(),
        steps=", ".join(f"`{name}` {time.total_seconds():.1f} s" for name, time in steps),
        hours=cluster.hours(cluster.lifetime),
        start_up=START_UP // MINUTE,
        rows="\n".join(_day(cluster, runs) for runs in RUNS_A_DAY),
        even=DAY // cluster.on_emr,
        idle_limit=cluster.idle_limit // MINUTE,
        longest=cluster.after_a_crash // MINUTE,
        most=cluster.hours(cluster.after_a_crash),
        kept=kept,
    )


def _day(cluster: Cluster, runs: int) -> str:
    here, emr, kept = runs * cluster.hours(cluster.lifetime), runs * cluster.hours(cluster.on_emr), cluster.hours(DAY)
    return f"| {runs} | {here:.2f} | {emr:.1f} | {kept:.0f} | {1 - emr / kept:.0%} |"


def draw(cluster: Cluster, file: Path) -> None:
    """Draw instance-hours of a day over the number of runs."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "dagspec"  # the same figures give the same file
    figure = Figure(figsize=(6.4, 3.2), layout="constrained")
    axes = figure.subplots()
    most = int(DAY / cluster.on_emr)
    axes.plot([0, most], [cluster.hours(DAY)] * 2, color="#b3392f", label="kept alive")
    axes.plot([0, most], [0, most * cluster.hours(cluster.on_emr)], color="#2f6db3", label="a cluster for each run")
    axes.set(xlabel="runs a day", ylabel="instance-hours a day", xlim=(0, most), ylim=(0, None))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(file, metadata={"Date": None})


def main() -> int:
    """0 when the page is written, 2 when there is no run to look at."""
    parser = argparse.ArgumentParser(prog="python -m bench.transient", description="Transient against kept clusters.")
    parser.add_argument("--root", type=Path, default=ROOT, help="project with the run's state (default: this one)")
    cluster = last_cluster(parser.parse_args().root / ".dagspec" / "cloud" / "state")
    if cluster is None:
        print("bench: there is no cluster of iris: run `make run SPEC=iris` first", file=sys.stderr)
        return 2
    text = figures(cluster)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(before + BEGIN + "\n" + text + "\n" + END + rest.partition(END)[2], encoding="utf-8")
    draw(cluster, PICTURE)
    print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
