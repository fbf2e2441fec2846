"""bench.transient: instance-hours from what the local EMR has noted."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from bench.transient import Cluster, figures, last_cluster

CREATED = "2026-11-20T20:00:00.000000"
GROUPS = [{"InstanceCount": 1, "InstanceType": "m5.xlarge"}, {"InstanceCount": 2, "InstanceType": "m5.xlarge"}]


def state(name: str, created: str, ended: str | None) -> str:
    step = {"request": {"name": "transform_layer"}, "start_date_time": CREATED, "end_date_time": "2026-11-20T20:00:04"}
    definition = {"run_job_flow": {"name": name}, "instance_groups": GROUPS}
    times = {"creation_datetime": created, "end_datetime": ended}
    return json.dumps({"definition": definition, "idle_timeout": 3600, "steps": [step], **times})


def test_a_day_in_instance_hours() -> None:
    cluster = Cluster(3, "m5.xlarge", timedelta(minutes=10), {}, timedelta(hours=1))
    lines = figures(cluster).splitlines()
    # 18 minutes of 3 instances are 0.9 hours, with the 8 that EMR needs to start
    assert "| 1 | 0.50 | 0.9 | 72 | 99% |" in lines
    assert "| 24 | 12.00 | 21.6 | 72 | 70% |" in lines
    assert "Both take the same at 80 runs a day, one behind the other." in lines
    assert "| idle limit 60 min | 78 min | 3.9 |" in lines


def test_the_newest_cluster_that_has_ended_counts(tmp_path: Path) -> None:
    assert last_cluster(tmp_path) is None
    (tmp_path / "j-1.json").write_text(state("iris.emr_cluster", CREATED, "2026-11-20T20:00:12.500000"))
    (tmp_path / "j-2.json").write_text(state("iris.emr_cluster", "2026-11-20T19:00:00", "2026-11-20T19:00:09"))
    (tmp_path / "j-3.json").write_text(state("iris.emr_cluster", "2026-11-20T21:00:00", None))
    (tmp_path / "j-4.json").write_text(state("other.cluster", "2026-11-20T22:00:00", "2026-11-20T22:00:09"))
    cluster = last_cluster(tmp_path)
    assert cluster is not None
    assert (cluster.instances, cluster.lifetime) == (3, timedelta(seconds=12.5))
    assert cluster.steps == {"transform_layer": timedelta(seconds=4)}


def test_without_a_run_it_says_what_to_do(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.transient", "--root", str(tmp_path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "bench: there is no cluster of iris: run `make run SPEC=iris` first\n"
