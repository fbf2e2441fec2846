"""Tasks that name a provider operator by its dotted path: what may not stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagspec.problem import Problem
from dagspec.shared import Config, Task

# dag-factory imports, executes or evaluates the values of these keys while the DAG is loaded
_CODE = re.compile(
    r"python_callable.*|.*_lambda|execution_date_fn.*|on_.*_callback.*|(response|success|failure)_check_(file|name)"
)


def native_problems(arguments: Config, task: Task) -> Iterator[Problem]:
    """Keys that would make loading the DAG run code of the spec."""
    for key in arguments:
        if _CODE.fullmatch(key):
            message = f'"{key}" would run code when the DAG is loaded, which a spec may not'
            yield Problem("code-in-spec", message, task.place(key, key=True), "use a shared operator or a Spark job")
