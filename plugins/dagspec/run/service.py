"""Start one Airflow service with the modules that its forked children need already imported.

Usage: ``python -m dagspec.run.service scheduler …`` (the arguments of the ``airflow`` command).
Airflow forks a process for each task and for each parsed file. What its parent has imported, the
child does not import again: that is a second or two for every task.
"""

from __future__ import annotations

import gc
import importlib
import sys

# Starting Airflow makes millions of objects that stay: Python's default of 700 looks through them
# again and again (a quarter of the start's time).
_GARBAGE_THRESHOLDS = (100_000, 50, 100)

_TASK_MODULES = (
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
    "airflow.providers.amazon.aws.operators.emr",
    "airflow.providers.amazon.aws.operators.glue",
    "airflow.providers.amazon.aws.operators.glue_crawler",
    "airflow.providers.amazon.aws.operators.redshift_data",
    "airflow.providers.amazon.aws.sensors.emr",
    "airflow.providers.amazon.aws.sensors.s3",
    "airflow.providers.amazon.aws.hooks.s3",
    "airflow.providers.http.hooks.http",
    "dagspec.loader",
)
_TRIGGER_MODULES = (
    "airflow.providers.amazon.aws.triggers.emr",
    "airflow.providers.amazon.aws.triggers.s3",
    "airflow.providers.amazon.aws.hooks.sqs",
    "dagspec.runtime.glue",
    "dagspec.runtime.redshift",
    "dagspec.runtime.s3_events",
    "aiobotocore.session",
)
_PRELOADED = {
    "scheduler": _TASK_MODULES,
    "dag-processor": _TASK_MODULES,
    "triggerer": _TRIGGER_MODULES,
}


def main(arguments: list[str]) -> None:
    """Import what helps the service, then hand over to Airflow's own command."""
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    for name in _PRELOADED.get(arguments[0], ()):
        importlib.import_module(name)
    airflow = importlib.import_module("airflow.__main__")
    sys.argv = ["airflow", *arguments]
    airflow.main()


if __name__ == "__main__":
    main(sys.argv[1:])
