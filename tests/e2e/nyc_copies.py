"""Copies of the taxi pipeline for fault tests: each has its own folders, Glue job and Redshift schema."""

from __future__ import annotations

from pathlib import Path

SPEC = "dag_specs/nyc_taxi.yaml"
SQL = "sql/nyc_taxi/create_tables.sql"
RETRIES = "default_args: {retries: 3, retry_delay: 1s}\n"


def write_nyc_copies(root: Path) -> None:
    """Write the copies, each of them the real spec but for its names; one retries its tasks."""
    for name in ("nyc_glue", "nyc_parquet", "nyc_connection", "nyc_killed"):
        _write(root, name)
    _write(root, "nyc_retrying", RETRIES)


def _write(root: Path, name: str, head: str = "") -> None:
    sql = SQL.replace("nyc_taxi", name)
    spec = (root / SPEC).read_text().replace(SQL, sql).replace("nyc.agg", f"{name}.agg")
    spec = spec.replace("${env.lake_bucket}/nyc_taxi", "${env.lake_bucket}/" + name)
    (root / f"dag_specs/{name}.yaml").write_text(
        head + spec.replace("nyc_raw_to_transform", f"{name}_raw_to_transform")
    )
    tables = (root / SQL).read_text().replace("SCHEMA IF NOT EXISTS nyc", f"SCHEMA IF NOT EXISTS {name}")
    (root / sql).parent.mkdir()
    (root / sql).write_text(tables.replace("nyc.agg", f"{name}.agg"))
