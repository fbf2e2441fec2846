"""Templates that put a secret of a connection or a Variable somewhere, and who can read it there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from dagspec.lazy import lazily
from dagspec.problem import KeyPath
from dagspec.rulekit.secrets import COPY
from dagspec.secret_shapes import URI, is_secret_name
from dagspec.view import TaskView

_EXPRESSION = lazily(r"\{\{(?:(?!\}\}).){0,300}\}\}", re.DOTALL)
_CONNECTION = r"\bconn(?:\.(?:get\(\s*)?|\[\s*)[\"']?(?P<id>[\w-]+)[\"']?\s*[\])]?"
_PASSWORD = lazily(_CONNECTION + r"\.(?:password\b|get_password\(|get_uri\()")
_EXTRA = lazily(_CONNECTION + r"\.extra_dejson(?:\.(?:get\(\s*)?|\[\s*)[\"']?(?P<name>[\w.-]+)")
_VARIABLE = lazily(r"\bvar\.(?:value|json)(?:\.(?:get\(\s*)?|\[\s*)[\"']?(?P<name>[\w.-]+)")

_OPTIONS = "the job's arguments, which its console and its logs show"
_ENVIRONMENT = "the environment of the process, which the console and every child process can show"
_SETTINGS = "the configuration, which Spark's UI and the console show"
_COMMAND = "the command line, which the process list and the logs show"
_SQL = "the SQL text, which the warehouse keeps in its query history"
_STEP = "the EMR step arguments, which anyone with ListSteps can read"

_SHOWN = {
    **dict.fromkeys(("arguments", "args", "Args", "Arguments", "application_args", "script_args", "op_args"), _OPTIONS),
    **dict.fromkeys(("op_kwargs", "EntryPointArguments", "entryPointArguments", "run_job_kwargs"), _OPTIONS),
    **dict.fromkeys(("notebook_params", "python_params", "jar_params", "spark_submit_params"), _OPTIONS),
    **dict.fromkeys(("base_parameters", "python_named_params", "job_parameters", "named_parameters"), _OPTIONS),
    **dict.fromkeys(("env", "env_vars", "environment", "Environment", "spark_env_vars"), _ENVIRONMENT),
    **dict.fromkeys(("spark_options", "conf", "spark_conf", "Properties"), _SETTINGS),
    **dict.fromkeys(("bash_command", "command", "cmds", "Command"), _COMMAND),
    **dict.fromkeys(("sql", "statement", "statements", "query"), _SQL),
}


class SecretTemplate(Struct, frozen=True):
    """A template in a text: `needle` as written, and what it stands for in words."""

    needle: str
    meaning: str


def secret_templates(text: str) -> Iterator[SecretTemplate]:
    """The templates of a text that give a secret; those in a URI or a COPY are the business of other rules."""
    others = [match.span() for pattern in (URI, COPY) for match in pattern.finditer(text)]
    for match in _EXPRESSION.finditer(text):
        meaning = _meaning(match[0])
        if meaning and not any(start <= match.start() < end for start, end in others):
            yield SecretTemplate(match[0], meaning)


def _meaning(expression: str) -> str:
    if found := _PASSWORD.search(expression):
        return f'the password of connection "{found["id"]}"'
    if (found := _EXTRA.search(expression)) and is_secret_name(found["name"]):
        return f'"{found["name"]}" of connection "{found["id"]}"'
    if (found := _VARIABLE.search(expression)) and is_secret_name(found["name"]):
        return f'the Variable "{found["name"]}"'
    return ""


def audience(task: TaskView, path: KeyPath) -> str:
    """Where a value at `path` is shown and to whom; "" where secrets are taken care of, such as `password`."""
    keys = [key for key in path[len(task.path) :] if isinstance(key, str)]
    option = next((key for key in reversed(keys) if key in _SHOWN), "")
    if keys and keys[0] in task.facts.sql:
        return _SQL
    found = _SHOWN.get(option, "")
    return _STEP if found == _OPTIONS and _runs_emr_steps(task) else found


def _runs_emr_steps(task: TaskView) -> bool:
    return "emr_step" in (*task.facts.submits, *task.facts.waits_for)
