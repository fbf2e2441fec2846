"""One task of a spec → its expansion, or the problems that stand in the way."""

from __future__ import annotations

from typing import Any

import msgspec

from dagspec.catalog import is_native, shared_operator, unknown_operator
from dagspec.dag_keys import plain_arguments
from dagspec.expressions import has_reference
from dagspec.native import native_problems
from dagspec.schema import check
from dagspec.shared import Config, Expansion, SharedOperator, Task
from dagspec.spec import TaskDefaults, TaskKeys

# these decide when a task starts, so only the first tasks of an expansion get them
ENTRY_ARGUMENTS = ("trigger_rule", "depends_on_past", "wait_for_downstream")
# these belong to the task of the spec, not to each task that it becomes
NOT_FOR_ALL = ("operator", "dependencies", "task_group_name", "task_display_name", "doc_md", "inlets", "outlets")


def expand(task: Task, arguments: dict[str, Any]) -> Expansion | None:
    """The dag-factory tasks of one task; None when it has problems, which are then noted in `task.problems`."""
    operator = arguments.get("operator")
    if not isinstance(operator, str) or is_native(operator):
        return _native(task, arguments)
    kind = shared_operator(operator)
    if kind is None:
        task.problems.append(unknown_operator(operator, task))
        return None
    return _shared(kind, task, arguments)


def _native(task: Task, arguments: dict[str, Any]) -> Expansion | None:
    arguments = task.environment.operator_defaults.get(str(arguments.get("operator")), {}) | arguments
    problems = check(arguments, (TaskKeys, TaskDefaults), task.source, task.path, open_=True)
    problems += native_problems(arguments, task)
    task.problems += problems
    # a reference that is not resolved is a problem already
    return None if problems or has_reference(arguments) else Expansion({task.id: _own(arguments)})


def _shared(kind: type[SharedOperator], task: Task, arguments: dict[str, Any]) -> Expansion | None:
    arguments = task.environment.operator_defaults.get(kind.name, {}) | arguments
    problems = check(arguments, (kind, TaskKeys, TaskDefaults), task.source, task.path)
    if not problems and has_reference(arguments):
        return None  # a reference that is not resolved is a problem already
    if not problems:
        options = {key: value for key, value in arguments.items() if key in kind.__struct_fields__}
        operator = msgspec.convert(options, kind)
        problems = list(operator.check(task))
    task.problems += problems
    if problems:
        return None
    common = {key: value for key, value in arguments.items() if key not in options}
    return _with_common(operator.expand(task), task.id, _own(common))


def _own(arguments: dict[str, Any]) -> Config:
    return plain_arguments({key: value for key, value in arguments.items() if not key.startswith("x-")})


def _with_common(expansion: Expansion, name: str, common: Config) -> Expansion:
    """Hand the arguments that every task takes to the tasks of an expansion."""
    if expansion.group is None:
        expansion.tasks[name] = {key: common[key] for key in common if key != "operator"} | expansion.tasks[name]
        return expansion
    for_all = {key: value for key, value in common.items() if key not in NOT_FOR_ALL + ENTRY_ARGUMENTS}
    expansion.group |= {"default_args": for_all} if for_all else {}
    expansion.group |= {"tooltip": common["doc_md"]} if "doc_md" in common else {}
    for task in expansion.tasks.values():
        if not task.get("dependencies"):
            task.update({key: common[key] for key in ENTRY_ARGUMENTS if key in common})
    return expansion
