"""Spec files → Airflow DAGs, by dag-factory's builder. The only module but `runtime` that imports Airflow.

One file loads every spec, and an import error in it would take all DAGs down: so nothing here raises for what a spec
holds. A broken spec becomes a placeholder DAG that shows its problems.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, get_parsing_context

from dagspec.builder import BuildError, build
from dagspec.compiler import Compiled, compile_spec
from dagspec.environment import DEFAULT, Environment
from dagspec.placeholder import placeholder
from dagspec.problem import KeyPath, Problem, SpecError
from dagspec.source import Source
from dagspec.specs import check_unique, read_environment, read_spec, spec_files


def load_dags(root: Path, environment: str | None = None) -> dict[str, DAG]:
    """All DAGs of a repository by their id; in a task process only the one that is asked for.

    root: the folder that holds `dag_specs/`. environment: default `$DAGSPEC_ENVIRONMENT`, else `local`.
    """
    name = environment or os.environ.get("DAGSPEC_ENVIRONMENT") or DEFAULT
    wanted = get_parsing_context().dag_id
    paths = list(spec_files(root, wanted) if wanted else spec_files(root))
    sources = [read_spec(path, root) for path in paths]
    try:
        values = read_environment(root, name)
    except SpecError as error:
        return _by_id(placeholder(source, error.problems) for source in sources)
    twice = {error.problems[0].place.source: error for error in check_unique(sources)}
    return _by_id(placeholder(s, twice[s].problems) if s in twice else _load(s, values, root) for s in sources)


def _by_id(dags: Any) -> dict[str, DAG]:
    found: dict[str, DAG] = {}
    for dag in dags:
        # of two files with one id the first holds it; the second's placeholder must not hide a sound DAG
        key = dag.dag_id if dag.dag_id not in found else f"{dag.dag_id}__duplicate"
        found[key] = dag
    return found


def _load(source: Source, environment: Environment, root: Path) -> DAG:
    try:
        compiled = compile_spec(source, environment, root)
        return build(compiled)
    except SpecError as error:
        return placeholder(source, error.problems)
    except BuildError as error:
        return placeholder(source, [Problem("airflow-refuses", str(error), source.place(_path(error.task, compiled)))])
    except Exception as error:
        message = f"internal error, please report it: {type(error).__name__}: {error}"
        return placeholder(source, [Problem("internal-error", message, source.place())])


def _path(task: str, compiled: Compiled) -> KeyPath:
    """Where in the spec a task of the config comes from: itself, or the task that became its group."""
    if not task or task in compiled.source.value["tasks"]:
        return ("tasks", task) if task else ()
    return ("tasks", compiled.config["tasks"][task].get("task_group_name", ""))
