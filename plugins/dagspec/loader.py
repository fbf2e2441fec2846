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
from dagspec.masking import masked
from dagspec.placeholder import placeholder
from dagspec.problem import KeyPath, Problem, SpecError
from dagspec.source import Source
from dagspec.specs import check_unique, find_dag, read_all, read_environment


def load_dags(root: Path, environment: str | None = None) -> dict[str, DAG]:
    """All DAGs of a repository by their id; in a task process only the one that is asked for.

    root: the folder that holds `dag_specs/`. environment: default `$DAGSPEC_ENVIRONMENT`, else `local`.
    """
    name = environment or os.environ.get("DAGSPEC_ENVIRONMENT") or DEFAULT
    wanted = get_parsing_context().dag_id
    sources = list(find_dag(root, wanted) if wanted else read_all(root))
    try:
        values = read_environment(root, name)
    except SpecError as error:
        return _by_id(placeholder(source, error.problems) for source in sources)
    twice = {error.problems[0].place.source: error for error in check_unique(sources)}
    sound = [_load(source, values, root) for source in sources if source not in twice]
    # the first file of an id holds it; each further one gets an id of its own to tell its problem under
    others = [
        placeholder(s, error.problems, f"{s.dag_id}__duplicate_{n}") for n, (s, error) in enumerate(twice.items(), 2)
    ]
    return _by_id([*sound, *others])


def _by_id(dags: Any) -> dict[str, DAG]:
    return {dag.dag_id: dag for dag in dags}


def _load(source: Source, environment: Environment, root: Path) -> DAG:
    try:
        compiled = compile_spec(source, environment, root)
        return build(compiled)
    except SpecError as error:
        return placeholder(source, error.problems)
    except BuildError as error:
        message = masked(str(error), environment.source)
        return placeholder(source, [Problem("airflow-refuses", message, source.place(_path(error.task, compiled)))])
    except Exception as error:
        message = masked(f"internal error, please report it: {type(error).__name__}: {error}", environment.source)
        return placeholder(source, [Problem("internal-error", message, source.place())])


def _path(task: str, compiled: Compiled) -> KeyPath:
    """Where in the spec a task of the config comes from: itself, or the task that became its group."""
    if not task or task in compiled.source.value["tasks"]:
        return ("tasks", task) if task else ()
    return ("tasks", compiled.config["tasks"][task].get("task_group_name", ""))
