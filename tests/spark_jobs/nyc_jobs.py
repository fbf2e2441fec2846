"""Load and run the jobs of the green taxi pipeline as tests need them."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq

ROOT = Path(__file__).parents[2]
JOBS = ROOT / "spark_jobs" / "nyc_taxi"
AWSGLUE = ROOT / "localcloud" / "glue" / "lib"
SAMPLES = sorted((ROOT / "samples" / "nyc_taxi").glob("*.csv"))


def load(name: str) -> ModuleType:
    """Load a job from its file: it is no package, it is shipped alone."""
    spec = importlib.util.spec_from_file_location(f"nyc_{name}", JOBS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def part_file(folder: Path) -> Path:
    """Give the one data file of a folder that Spark wrote."""
    (part,) = folder.glob("part-*")
    return part


def rows_of(folder: Path) -> list[tuple]:
    """Read a parquet table with another library than Spark; times lose the zone, which is always UTC."""
    table = pq.read_table(part_file(folder))
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    return [tuple(v.replace(tzinfo=None) if hasattr(v, "tzinfo") else v for v in row) for row in rows]
