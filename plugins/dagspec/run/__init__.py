"""Run a pipeline on this machine: a real Airflow and the local cloud as processes."""

from dagspec.run.command import run
from dagspec.run.options import RunOptions

__all__ = ["RunOptions", "run"]
