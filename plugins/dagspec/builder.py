"""A compiled spec → DAG, by dag-factory's builder; what the builder drops is set afterwards."""

from __future__ import annotations

from copy import deepcopy

from airflow.sdk import DAG, BaseOperator, TriggerRule
from airflow.sdk.module_loading import import_string
from dagfactory.dagbuilder import SYSTEM_PARAMS, DagBuilder
from dagfactory.utils import cast_with_type

from dagspec.compiler import Compiled
from dagspec.masking import masked, masked_source
from dagspec.shared import Config
from dagspec.text import fenced

# dag-factory passes a fixed list of arguments to DAG() and drops the rest
_DROPPED = (
    "allowed_run_types",
    "disable_bundle_versioning",
    "fail_fast",
    "max_consecutive_failed_dag_runs",
    "owner_links",
    "rerun_with_latest_version",
)


class BuildError(Exception):
    """Airflow or dag-factory refuses a task (`task`: its name in the config, if known) or the whole DAG."""

    def __init__(self, message: str, task: str = "") -> None:
        super().__init__(message)
        self.task = task


class _Builder(DagBuilder):
    """dag-factory's builder, which knows setups and teardowns as well."""

    def set_dependencies(self, tasks: Config, operators: Config, groups: Config, built_groups: Config) -> None:
        # before the edges are drawn: what follows a group must not wait for the group's teardown
        by_name = {name: operators[_full_id(name, task)] for name, task in tasks.items()}
        for teardown, setups in self.dag_config.get("teardowns", {}).items():
            # not on_failure_fail_dagrun: then only the teardown would decide on the run, and failed steps be green
            by_name[teardown].as_teardown(setups=[by_name[setup] for setup in setups])
            # Airflow skips a teardown whose setup failed; a create may fail after it has started a cluster
            by_name[teardown].trigger_rule = TriggerRule.ALL_DONE
        DagBuilder.set_dependencies(tasks, operators, groups, built_groups)


def _full_id(name: str, task: Config) -> str:
    return f"{task['task_group'].group_id}.{name}" if task.get("task_group") else name


def build(compiled: Compiled) -> DAG:
    """Build the DAG. Raises BuildError when dag-factory or Airflow refuses it."""
    config = {key: value for key, value in compiled.config.items() if key != "dag_id"}
    _check_operators(config["tasks"])
    if isinstance(config["schedule"], list):
        config["schedule"] = cast_with_type(config["schedule"])  # the compiler alone puts objects there
    try:
        dag: DAG = _Builder(compiled.dag_id, config, {}).build()["dag"]
        for key in _DROPPED:
            if key in config:
                setattr(dag, key, config[key])
        dag.validate()
    except Exception as error:
        raise _explained(error, config) from error
    # without dag-factory's own tag its telemetry never fires: it looks for it
    dag.tags = set(config["tags"])
    dag.doc_md = _documentation(compiled)
    return dag


def _check_operators(tasks: Config) -> None:
    """dag-factory calls whatever the path names: make sure that it is an operator before anything is called."""
    for name, task in tasks.items():
        path = task["operator"]
        try:
            found = import_string(path)
        except ImportError as error:
            raise BuildError(f'no operator "{path}": {error}', name) from error
        if not (isinstance(found, type) and issubclass(found, BaseOperator)):
            raise BuildError(f'"{path}" is not an operator', name)


def _explained(error: Exception, config: Config) -> BuildError:
    """Name the task that is refused: build each alone, which only a broken spec pays for."""
    for name, task in config["tasks"].items():
        arguments = {key: value for key, value in task.items() if key not in SYSTEM_PARAMS}
        try:
            DagBuilder.make_task(task["operator"], {"task_id": name} | deepcopy(arguments))
        except Exception as refused:
            return BuildError(str(refused), name)
    return BuildError(f"{type(error).__name__}: {error}")


def _documentation(compiled: Compiled) -> str:
    """The author's notes and the spec as written: resolved values, which dag-factory would show, may be secret."""
    notes = masked(compiled.source.value.get("doc_md", ""), compiled.source)
    heading = f"`{compiled.source.name}`"
    return "\n\n".join(part for part in (notes, heading, fenced(masked_source(compiled.source), "yaml")) if part)
