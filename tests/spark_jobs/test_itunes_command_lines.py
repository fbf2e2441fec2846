"""The jobs as commands: what a cluster starts."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

JOBS = Path(__file__).parents[2] / "spark_jobs" / "itunes"
ALLOWED_IMPORTS = {"__future__", "argparse", "pyspark", "sys"}


def call(script, *arguments):
    command = [sys.executable, str(JOBS / script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    ("script", "arguments", "message"),
    [
        (
            "split.py",
            ["albums", "in", "out"],
            "invalid choice: 'albums' (choose from 'artists', 'collections', 'tracks')",
        ),
        ("split.py", ["artists", "in"], "the following arguments are required: OUT"),
        ("split.py", ["artists", "s3://b/flat", "s3://b/flat/"], "OUT s3://b/flat/ would replace FLAT_IN s3://b/flat"),
        ("transform_raw.py", [], "the following arguments are required: IN, OUT"),
        ("transform_raw.py", ["a", "b", "c"], "unrecognized arguments: c"),
        ("transform_raw.py", ["s3://b/raw/1", "s3://b/raw"], "OUT s3://b/raw would replace IN s3://b/raw/1"),
    ],
)
def test_wrong_arguments_are_one_line_and_status_2(script, arguments, message):
    result = call(script, *arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"{script}: ")
    assert message in line


def test_a_neighbour_with_the_same_beginning_is_no_overlap(transform_job):
    arguments = transform_job.parse_arguments(["s3://b/raw_2024", "s3://b/raw"])
    assert (arguments.source, arguments.target) == ("s3://b/raw_2024", "s3://b/raw")


def test_the_job_runs_as_a_process_of_its_own(java_home, write_blobs, tmp_path):
    source = write_blobs([json.dumps({"artistId": 1}), "broken"])
    result = call("transform_raw.py", source, str(tmp_path / "flat"))
    assert result.returncode == 0, result.stderr
    assert "1 of 2 blobs are not JSON objects; they are left out" in result.stdout
    assert (tmp_path / "flat" / "_SUCCESS").exists()


@pytest.mark.parametrize("script", sorted(path.name for path in JOBS.glob("*.py")))
def test_a_job_is_one_file_for_the_python_of_the_cluster(script):
    tree = ast.parse((JOBS / script).read_text(encoding="utf-8"), feature_version=(3, 9))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in imports]
    assert {name.split(".")[0] for name in names} <= ALLOWED_IMPORTS
