"""`password-login`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dagspec.problem import KeyPath, Problem
from dagspec.rule import Rule
from dagspec.rulekit.sql import sql_problem, task_statements
from dagspec.view import PipelineView, TaskView

_MESSAGE = "Snowflake ends password logins of service users by October 2026"
_WITH_PASSWORD = ("snowflake", "username_password_mfa")
_KEY_HELP = "use a key pair: private_key_file or private_key_content in the connection's extra"
_HELP = "use a key pair: authenticator snowflake_jwt, or none and the key in the connection"


class PasswordLogin(Rule):
    """A service logs in to Snowflake with a password.

    Why: Snowflake ends logins with a password alone for service users by October 2026. From then on every task of
    this connection fails.

    Bad:
        tasks:
          load:
            operator: airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator
            authenticator: snowflake
            sql: CALL load_iris()

    Good:
        tasks:
          load:
            operator: airflow.providers.snowflake.operators.snowflake.SnowflakeSqlApiOperator
            authenticator: snowflake_jwt
            sql: CALL load_iris()
    """

    severity = "warning"
    tags = ("snowflake",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Passwords, authenticators that want one, and users made for it."""
        for task in pipeline.tasks.values():
            for path in _passwords(task):
                yield self.problem(pipeline.place(*path), _MESSAGE, _KEY_HELP)
            for path, value in _authenticators(task):
                if str(value).lower() in _WITH_PASSWORD:
                    yield self.problem(pipeline.place(*path), _MESSAGE, _HELP)
        for listed in task_statements(pipeline).values():
            for statement in listed:
                if piece := statement.piece("TYPE", "=", "LEGACY_SERVICE"):
                    yield sql_problem(
                        self, pipeline, statement.sql, piece, _MESSAGE, "use TYPE = SERVICE and a key pair"
                    )


def _passwords(task: TaskView) -> Iterator[KeyPath]:
    hook = task.arguments.get("hook_params")
    if _is_for_snowflake(task) and isinstance(hook, dict) and hook.get("password"):
        yield (*task.path, "hook_params", "password")


def _is_for_snowflake(task: TaskView) -> bool:
    """Whether the operator or the name of its connection says so."""
    names = [str(value).lower() for key, value in task.arguments.items() if key.endswith("conn_id")]
    return task.facts.dialect == "snowflake" or any("snowflake" in name for name in names)


def _authenticators(task: TaskView) -> Iterator[tuple[KeyPath, Any]]:
    if task.facts.dialect == "snowflake":
        yield (*task.path, "authenticator"), task.arguments.get("authenticator")
    hook = task.arguments.get("hook_params")
    if task.facts.sql and isinstance(hook, dict):
        yield (*task.path, "hook_params", "authenticator"), hook.get("authenticator")
