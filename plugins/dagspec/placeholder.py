"""The DAG that stands in for a broken spec: it shows the problems and cannot do anything."""

from __future__ import annotations

import hashlib
import re

from airflow.sdk import DAG, BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from dagspec.masking import masked
from dagspec.problem import Problem
from dagspec.source import Source
from dagspec.text import fenced, report

TAG = "broken-spec"


class BrokenSpecOperator(BaseOperator):
    """Fails with the report of a broken spec."""

    def __init__(self, *, problems: str, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.problems = problems

    def execute(self, context: Context) -> None:  # noqa: ARG002 - Airflow's signature
        """Fail, without retries."""
        raise AirflowFailException(f"The spec is broken:\n{self.problems}")


def placeholder(source: Source, problems: list[Problem], dag_id: str = "") -> DAG:
    """A DAG under the spec's own id, with the report as its docs; it has no schedule, and a run of it fails at once."""
    text = report(problems)
    # a DAG that only dag-factory itself can load is not broken
    state = "broken" if any(problem.severity == "error" for problem in problems) else "not loaded"
    dag = DAG(
        dag_id=dag_id or _valid_id(source.dag_id),
        description=masked(f"{state.upper()}: {problems[0].message}", source),
        doc_md=f"## `{source.name}` is {state}\n\n{fenced(text, 'text')}\n\nAll other pipelines are loaded.",
        schedule=None,
        tags={TAG},
        is_paused_upon_creation=True,
    )
    BrokenSpecOperator(task_id="broken_spec", problems=text, dag=dag)
    return dag


def _valid_id(name: str) -> str:
    """An id that Airflow takes; one made from a bad name is never that of another file."""
    valid = re.sub(r"[^A-Za-z0-9_.-]", "_", name)[:200]
    return valid if valid == name else f"{valid}__{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:8]}"
