"""`unknown-environment`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class UnknownEnvironment(Rule):
    """An environment that dag_specs/environments.yaml does not have.

    Why: there are no values that ${env.NAME} could stand for.

    Bad:
        dagspec lint --env prd

    Good:
        dagspec lint --env prod
    """

    tags = ("spec",)
    stops_loading = True
    runnable = False
