"""The DAG that stands in for a broken spec: it shows the problems and cannot do anything."""

from __future__ import annotations

import re
from pathlib import Path

from airflow.sdk import DAG, BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

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


def placeholder(source: Source, problems: list[Problem]) -> DAG:
    """A DAG under the spec's own id, with the report as its docs; it has no schedule, and a run of it fails at once."""
    text = report(problems)
    dag = DAG(
        dag_id=re.sub(r"[^A-Za-z0-9_.-]", "_", Path(source.name).stem)[:200],
        description=f"BROKEN SPEC: {problems[0].message}",
        doc_md=f"## `{source.name}` is broken\n\n{fenced(text)}\n\nAll other pipelines are loaded.",
        schedule=None,
        tags={TAG},
        is_paused_upon_creation=True,
    )
    BrokenSpecOperator(task_id="broken_spec", problems=text, dag=dag)
    return dag
