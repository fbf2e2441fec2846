"""The same pipeline in the formats of dag-factory and Blueprint, as their own linters read it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from dagspec.compiler import compile_spec
from dagspec.render import render
from dagspec.specs import read_environment, read_spec

TEMPLATES = Path(__file__).parent / "blueprint_templates.py"
# the operators of the warehouse pipeline → the templates that stand for them
BLUEPRINTS = {
    "S3KeySensor": "wait_for_key",
    "SQLExecuteQueryOperator": "run_sql",
    "SQLCheckOperator": "check_sql",
    "S3ToRedshiftOperator": "load_redshift",
    "SnowflakeSqlApiOperator": "run_snowflake",
    "BashOperator": "run_bash",
    "SnsPublishOperator": "publish",
}
RENAMED = {"schema": "target_schema"}  # a model of pydantic has a `schema` of its own
# Blueprint renders Jinja when it reads a file; that of the tasks is for Airflow
VERBATIM = "# {{% raw %}}\n{}# {{% endraw %}}\n"


def write_dag_factory(spec: Path, root: Path, folder: Path) -> Path:
    """Write the dag-factory file that a spec compiles to; returns it."""
    folder.mkdir(parents=True)
    path = folder / spec.name
    path.write_text(_rendered(spec, root), encoding="utf-8")
    return path


def write_blueprint(spec: Path, root: Path, folder: Path) -> Path:
    """Write a warehouse spec's tasks as steps of Blueprint, with their templates; returns the YAML file."""
    folder.mkdir(parents=True)
    shutil.copy(TEMPLATES, folder)
    config = yaml.safe_load(_rendered(spec, root))[spec.stem]
    dag = {"dag_id": spec.stem, "schedule": config["schedule"], "description": config["description"]}
    dag["steps"] = {name: _step(task) for name, task in config["tasks"].items()}
    path = folder / f"{spec.stem}.dag.yaml"
    path.write_text(VERBATIM.format(yaml.safe_dump(dag, sort_keys=False, width=120)), encoding="utf-8")
    return path


def _step(task: dict[str, Any]) -> dict[str, Any]:
    named = {"blueprint": BLUEPRINTS[task["operator"].rpartition(".")[2]], "depends_on": task.get("dependencies", [])}
    arguments = {key: value for key, value in task.items() if key not in ("operator", "dependencies")}
    return named | {RENAMED.get(key, key): value for key, value in arguments.items()}


def _rendered(spec: Path, root: Path) -> str:
    return render(compile_spec(read_spec(spec, root), read_environment(root, "local"), root))
