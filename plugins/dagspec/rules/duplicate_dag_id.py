"""`duplicate-dag-id`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class DuplicateDagId(Rule):
    """Two files make a DAG of the same id.

    Why: Airflow keeps the one that it reads last, and which one that is may change.

    Bad:
        dag_specs/orders.yaml
        dag_specs/archive/orders.yaml

    Good:
        dag_specs/orders.yaml
        dag_specs/archive/orders_2023.yaml
    """

    tags = ("spec",)
    stops_loading = True
    runnable = False
