"""Spark's settings on this machine, and which of a job's own settings have no meaning here."""

from __future__ import annotations

from pathlib import Path

JAR = Path(__file__).parent / "localfs.jar"
MODE = "spark.localcloud.mode"
# quick to start and small on two cores, rather than fast after an hour
_JVM_OPTIONS = (
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-XX:MinHeapFreeRatio=10",
    "-XX:MaxHeapFreeRatio=30",
    "-XX:-UsePerfData",
)
# about the cluster, not about the job
_CLUSTER_SETTINGS = (
    "spark.master",
    "spark.submit.deployMode",
    "spark.driver.memory",
    "spark.driver.cores",
    "spark.driver.maxResultSize",
    "spark.dynamicAllocation.",
    "spark.emr.",
    "spark.executor.cores",
    "spark.executor.instances",
    "spark.executor.memory",
    "spark.hadoop.fs.s3",
    "spark.shuffle.service.",
    "spark.yarn.",
)


def defaults(root: Path) -> dict[str, str]:
    """The settings of every Spark program of the local cloud whose folder is `root`."""
    return {
        "spark.master": "local[*]",
        "spark.driver.memory": "1g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraClassPath": str(JAR),
        "spark.driver.extraJavaOptions": " ".join(_JVM_OPTIONS),
        "spark.scheduler.mode": "FAIR",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.ui.retainedExecutions": "50",
        "spark.sql.warehouse.dir": str(root / "work" / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.retainedJobs": "50",
        "spark.ui.retainedStages": "50",
        "spark.ui.showConsoleProgress": "false",
    }


def as_arguments(settings: dict[str, str]) -> list[str]:
    """Settings as `--conf` arguments of spark-submit."""
    return [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]


def is_cluster_setting(name: str) -> bool:
    """Whether a setting is about a real cluster, so that it is accepted and ignored."""
    return name.startswith(_CLUSTER_SETTINGS)
