"""The processes of a run: the local cloud and Airflow's four services."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from dagspec.run.environment import LocalEndpoints, base_environment
from dagspec.run.errors import RunError
from dagspec.run.paths import Paths
from dagspec.run.processes import Command, Supervisor

CLOUD_NAME = "local-cloud"
CLOUD_ENVIRONMENT = ".venv-localcloud"
# The local cloud starts Snowflake in it; only specs that use Snowflake need it.
SNOWFLAKE_ENVIRONMENT = ".venv-snowflake"
MIGRATION_LIMIT_SECONDS = 300.0
# The local cloud ends running Spark jobs first.
CLOUD_GRACE_SECONDS = 15.0
# The scheduler may have tasks to wait for. The others have nothing to lose: the API server needs
# seconds only to free its memory, and the triggerer now and then misses its own signal for 10 s.
SCHEDULER_GRACE_SECONDS = 8.0
OTHER_GRACE_SECONDS = 1.5


@dataclass(frozen=True)
class Services:
    """Starts the processes of one run below its supervisor."""

    paths: Paths
    supervisor: Supervisor
    environment: dict[str, str]

    @property
    def cloud_log(self) -> Path:
        """Where the local cloud's output goes."""
        return self.paths.logs / f"{CLOUD_NAME}.log"

    def start_cloud(self, endpoints: LocalEndpoints) -> None:
        """Start the local cloud on these ports; its data stay between runs."""
        python = self._cloud_python()
        ports = {
            "--port": endpoints.cloud_port,
            "--redshift-port": endpoints.redshift_port,
            "--snowflake-port": endpoints.snowflake_port,
        }
        options = [str(word) for pair in ports.items() for word in pair]
        arguments = ["-m", "localcloud", "serve", "--root", str(self.paths.cloud_data), *options]
        environment = {**base_environment(), "PYTHONUNBUFFERED": "1"}
        command = Command(CLOUD_NAME, [str(python), *arguments], environment, self.paths.root, CLOUD_GRACE_SECONDS)
        self.supervisor.start([command])

    def start_airflow(self) -> None:
        """Start the services that do not read DAG files."""
        # Task logs are read from disk; the two log servers would only take fixed ports.
        self.supervisor.start(
            [
                self._airflow(["api-server"]),
                self._airflow(["scheduler", "--skip-serve-logs"], SCHEDULER_GRACE_SECONDS),
                self._airflow(["triggerer", "--skip-serve-logs"]),
            ]
        )

    def start_parsing(self) -> None:
        """Start the service that reads DAG files."""
        self.supervisor.start([self._airflow(["dag-processor"])])

    def prepare_database(self) -> bool:
        """Make or update Airflow's database when that is due; return whether it was."""
        stamp = self.paths.airflow_home / "migrated-to"
        version = metadata.version("apache-airflow")
        complete = stamp.exists() and self.paths.database.exists()
        if complete and stamp.read_text() == version:
            return False
        if not complete:
            _remove_unfinished_database(self.paths)
        stamp.unlink(missing_ok=True)
        arguments = [sys.executable, "-m", "airflow", "db", "migrate"]
        command = Command("migrate", arguments, self.environment, self.paths.root)
        self.supervisor.complete(command, MIGRATION_LIMIT_SECONDS)
        stamp.write_text(version)
        return True

    def _cloud_python(self) -> Path:
        python = _python(self.paths.root, CLOUD_ENVIRONMENT)
        if not python.exists():
            raise RunError(f"the local cloud's environment {python} is missing: run `make setup` first")
        return python

    def _airflow(self, arguments: list[str], grace_seconds: float = OTHER_GRACE_SECONDS) -> Command:
        command = [sys.executable, "-m", "dagspec.run.service", *arguments]
        return Command(arguments[0], command, self.environment, self.paths.root, grace_seconds)


def make_folders(paths: Paths) -> None:
    """Make the folders that a run needs; raise ``RunError`` when the root is no project."""
    if not paths.dags.is_dir():
        raise RunError(f"{paths.root} is not a project: it has no folder dags/")
    for folder in (paths.logs, paths.cloud_data, paths.airflow_home, paths.empty_plugins):
        folder.mkdir(parents=True, exist_ok=True)


def check_snowflake(root: Path, operators: Iterable[str]) -> None:
    """Raise ``RunError`` when one of these operators needs Snowflake, whose environment is not there."""
    python = _python(root, SNOWFLAKE_ENVIRONMENT)
    if any("snowflake" in operator for operator in operators) and not python.exists():
        raise RunError(f"this spec uses Snowflake, whose environment {python} is missing: run `make setup` first")


def _python(root: Path, environment: str) -> Path:
    return root / environment / "bin" / "python"


def _remove_unfinished_database(paths: Paths) -> None:
    """Remove what an interrupted set-up left: neither empty nor complete."""
    for file in paths.airflow_home.glob(f"{paths.database.name}*"):
        file.unlink()
