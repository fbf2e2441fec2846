"""Where a run keeps its things below the project's root."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """The folders and files of one project root."""

    root: Path

    @property
    def state(self) -> Path:
        """Everything that a run leaves behind; may be deleted when nothing runs."""
        return self.root / ".dagspec"

    @property
    def logs(self) -> Path:
        """What the services print."""
        return self.state / "logs"

    @property
    def cloud_data(self) -> Path:
        """The local cloud's folder: its buckets are plain folders in it."""
        return self.state / "cloud"

    @property
    def snowflake(self) -> Path:
        """The local Snowflake's folder."""
        return self.cloud_data / "snowflake"

    @property
    def snowflake_key(self) -> Path:
        """The private key that Airflow logs in to the local Snowflake with."""
        return self.state / "snowflake_key.p8"

    @property
    def ca_bundle(self) -> Path:
        """The authorities that clients trust: the system's, and the one of the local Snowflake."""
        return self.snowflake / "tls" / "ca-bundle.pem"

    @property
    def samples(self) -> Path:
        """What is remembered of the sample inputs that were put into S3."""
        return self.state / "samples.json"

    @property
    def airflow_home(self) -> Path:
        """Airflow's own folder: database and task logs."""
        return self.state / "airflow"

    @property
    def task_logs(self) -> Path:
        """Airflow's task logs, one folder for each DAG, run and task."""
        return self.airflow_home / "logs"

    @property
    def database(self) -> Path:
        """Airflow's database."""
        return self.airflow_home / "airflow.db"

    @property
    def empty_plugins(self) -> Path:
        """An empty plugins folder: dagspec is installed, Airflow must not import it a second time."""
        return self.airflow_home / "plugins"

    @property
    def dags(self) -> Path:
        """The DAG files."""
        return self.root / "dags"
