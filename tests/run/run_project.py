"""Run a DAG of a test project: ``python run_project.py ROOT DAG_ID [TIMEOUT] [--keep]``."""

import sys
from pathlib import Path

from dagspec.run import RunOptions, run
from dagspec.run.outputs import s3_client


def make_bucket(endpoint_url: str) -> None:
    s3_client(endpoint_url).create_bucket(Bucket="lake")


if __name__ == "__main__":
    limit = float(sys.argv[3]) if len(sys.argv) > 3 else 100.0
    options = RunOptions(
        root=Path(sys.argv[1]), dag_id=sys.argv[2], timeout_seconds=limit, before=make_bucket, keep="--keep" in sys.argv
    )
    sys.exit(run(options))
