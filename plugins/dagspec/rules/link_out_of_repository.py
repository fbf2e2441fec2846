"""`link-out-of-repository`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class LinkOutOfRepository(Rule):
    """A spec file is a link to a file outside the repository.

    Why: the report quotes what it checks, so a link could make it show any file of the machine.

    Bad:
        dag_specs/orders.yaml -> ../../elsewhere/orders.yaml

    Good:
        dag_specs/orders.yaml
    """

    tags = ("spec",)
    stops_loading = True
    runnable = False
