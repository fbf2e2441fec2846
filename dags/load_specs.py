"""Every spec of dag_specs/ as an Airflow DAG."""

from pathlib import Path

from dagspec.loader import load_dags

globals().update(load_dags(Path(__file__).resolve().parent.parent))
